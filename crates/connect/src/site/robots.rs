//! What a site's robots.txt asks of us (RFC 9309), and where it says its map is.

use std::time::Duration;

/// Bytes that are read.
pub const BYTES_MAX: usize = 512 * 1024;

/// Keys and values of one reader's group.
type Lines = Vec<(String, String)>;

/// The rules that hold for one reader.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Robots {
    /// Pattern and whether it allows.
    rules: Vec<(String, bool)>,
    /// Wait between two pages.
    pub delay: Option<Duration>,
    /// Addresses of maps, whoever reads.
    pub maps: Vec<String>,
}

impl Robots {
    /// Reads the file for a reader of this name (lower case): the group that names it, or else the one for everybody.
    #[must_use]
    pub fn read(text: &str, name: &str) -> Self {
        let mut robots = Self::default();
        let (mut own, mut all): (Lines, Lines) = (Vec::new(), Vec::new());
        let (mut for_us, mut for_all, mut named_us, mut in_names) = (false, false, false, false);
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().to_owned());
            match key.as_str() {
                "user-agent" => {
                    if !in_names {
                        (for_us, for_all) = (false, false);
                    }
                    in_names = true;
                    for_all |= value == "*";
                    for_us |= value.split('/').next().unwrap_or_default().eq_ignore_ascii_case(name);
                    named_us |= for_us;
                }
                "sitemap" => robots.maps.push(value),
                "allow" | "disallow" | "crawl-delay" => {
                    in_names = false;
                    if for_us {
                        own.push((key.clone(), value.clone()));
                    }
                    if for_all {
                        all.push((key, value));
                    }
                }
                _ => {}
            }
        }
        for (key, value) in if named_us { own } else { all } {
            match key.as_str() {
                "crawl-delay" => {
                    let seconds = value.parse::<f64>().ok().filter(|s| s.is_finite() && *s >= 0.0);
                    robots.delay = seconds.map(|s| Duration::from_secs_f64(s.min(86_400.0)));
                }
                _ if value.is_empty() => {}
                allow => robots.rules.push((value, allow == "allow")),
            }
        }
        robots
    }

    /// May this path (with its query) be read? The longest pattern that fits decides; of two alike, the one that allows.
    #[must_use]
    pub fn allows(&self, path: &str) -> bool {
        let fitting = self.rules.iter().filter(|(pattern, _)| fits(pattern, path));
        fitting.max_by_key(|(pattern, allows)| (pattern.len(), *allows)).is_none_or(|(_, allows)| *allows)
    }
}

/// `*` stands for anything, `$` at the end for the end.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = pattern.strip_suffix('$').map_or((pattern, false), |p| (p, true));
    let pieces: Vec<&str> = pattern.split('*').collect();
    let Some((first, more)) = pieces.split_first() else { return false };
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let Some((last, middle)) = more.split_last() else { return !to_end || rest.is_empty() };
    for piece in middle {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    if to_end { rest.ends_with(last) } else { rest.contains(last) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_pattern_decides() {
        let text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: Countersign/2\nDisallow: /private # not\nAllow: /private/help\nDisallow: /*.pdf$\nDisallow: /*?print=\nCrawl-delay: 2.5\nSitemap: https://a.example/map.xml\n";
        let robots = Robots::read(text, "countersign");
        for (path, allowed) in [
            ("/", true),
            ("/private", false),
            ("/private/x", false),
            ("/private/help/a", true),
            ("/a/b.pdf", false),
            ("/a/b.pdf.html", true),
            ("/b.pdf/c.pdf", false),
            ("/a?print=1", false),
        ] {
            assert_eq!(robots.allows(path), allowed, "{path}");
        }
        assert_eq!(robots.delay, Some(Duration::from_millis(2500)));
        assert_eq!(robots.maps, ["https://a.example/map.xml"]);
        assert!(!Robots::read(text, "somebody").allows("/"));
        assert!(Robots::read("", "countersign").allows("/"));
        assert!(Robots::read("User-agent: *\nDisallow:\n", "countersign").allows("/x"));
    }
}
