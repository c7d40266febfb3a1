//! A site's map (sitemaps.org): addresses of pages, or of further maps.

/// Bytes of one map.
pub const BYTES_MAX: usize = 10 * 1024 * 1024;

/// What a map lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Map {
    /// Addresses of pages.
    Pages(Vec<String>),
    /// Addresses of maps.
    Maps(Vec<String>),
}

/// Reads a map.
///
/// # Errors
/// One sentence when it is none. A document type is refused: it could grow without end.
pub fn read(text: &str) -> Result<Map, String> {
    let document = roxmltree::Document::parse(text.trim_start_matches('\u{feff}'))
        .map_err(|error| format!("The map is not XML that can be read ({error})."))?;
    let root = document.root_element();
    let addresses = |parent: &str| {
        let entries = root.children().filter(|node| node.tag_name().name() == parent);
        let places = entries.filter_map(|entry| entry.children().find(|node| node.tag_name().name() == "loc"));
        places.filter_map(|place| Some(place.text()?.trim().to_owned())).filter(|place| !place.is_empty()).collect()
    };
    match root.tag_name().name() {
        "urlset" => Ok(Map::Pages(addresses("url"))),
        "sitemapindex" => Ok(Map::Maps(addresses("sitemap"))),
        other => Err(format!(
            "The map begins with <{}>; a sitemap begins with <urlset> or <sitemapindex>.",
            other.chars().take(40).collect::<String>()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_maps_of_maps() {
        let ns = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'";
        let pages = format!(
            "<?xml version='1.0'?><urlset {ns}><url><loc> https://a.example/x?a=1&amp;b=2 </loc><lastmod>2026</lastmod></url><url/></urlset>"
        );
        assert_eq!(read(&pages), Ok(Map::Pages(vec!["https://a.example/x?a=1&b=2".to_owned()])));
        let maps = format!("<sitemapindex {ns}><sitemap><loc>https://a.example/1.xml</loc></sitemap></sitemapindex>");
        assert_eq!(read(&maps), Ok(Map::Maps(vec!["https://a.example/1.xml".to_owned()])));
        let grows = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><urlset><url><loc>&b;</loc></url></urlset>";
        for wrong in ["", "<html><body>Not found</body></html>", "{}", grows] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
