//! Whether an element's attributes hide it from a person.

/// Background in effect, as far as it is named. White where nothing says otherwise.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Background(String);

impl Default for Background {
    fn default() -> Self {
        Self("#ffffff".to_owned())
    }
}

/// What the attributes of one element mean for what is seen.
pub(crate) struct Look {
    pub(crate) hidden: bool,
    pub(crate) background: Background,
}

/// Reads `style`, `hidden`, `color` and `bgcolor`, given the background around the element.
pub(crate) fn look<'a>(attributes: impl Iterator<Item = (&'a str, &'a str)>, around: &Background) -> Look {
    let mut style = String::new();
    let (mut colour, mut background, mut hidden) = (None, None, false);
    for (name, value) in attributes {
        match name {
            "hidden" => hidden = true,
            "style" => style = squeeze(value),
            "color" => colour = Some(normal(&squeeze(value))),
            "bgcolor" => background = Some(normal(&squeeze(value))),
            // A picture behind the text: its colour is anybody's guess.
            "background" => background = Some("picture".to_owned()),
            _ => {}
        }
    }
    let (mut zero_box, mut overflow_hidden) = (false, false);
    for (property, value) in style.split(';').filter_map(|d| d.split_once(':')) {
        let value = value.trim_end_matches("!important");
        match property {
            "display" => hidden |= value == "none",
            "visibility" => hidden |= matches!(value, "hidden" | "collapse"),
            "mso-hide" => hidden |= value == "all",
            "opacity" => hidden |= number(value).is_some_and(|n| n < 0.05),
            "font-size" => hidden |= number(value).is_some_and(|n| n <= 1.0) && !relative(value),
            "text-indent" | "left" | "top" => hidden |= number(value).is_some_and(|n| n <= -500.0),
            "height" | "max-height" | "width" | "max-width" => {
                zero_box |= number(value).is_some_and(|n| n <= 0.0);
            }
            "overflow" => overflow_hidden |= value == "hidden",
            "color" => colour = Some(normal(value)),
            "background-color" => background = Some(normal(value)),
            "background" => background = Some(normal(value.split("url(").next().unwrap_or(value))),
            "background-image" => background = Some("picture".to_owned()),
            _ => {}
        }
    }
    let background = background.map_or_else(|| around.clone(), Background);
    let unseen = colour.is_some_and(|c| c == "transparent" || c == background.0);
    Look { hidden: hidden || unseen || zero_box && overflow_hidden, background }
}

fn squeeze(value: &str) -> String {
    value.chars().filter(|c| !c.is_whitespace()).take(4000).collect::<String>().to_lowercase()
}

/// Ems and per cents are relative; a size of `1em` is no hiding place.
fn relative(value: &str) -> bool {
    let scaled = value.ends_with("em") || value.ends_with('%') || value.ends_with("vw");
    scaled && number(value).is_some_and(|n| n > 0.05)
}

fn number(value: &str) -> Option<f32> {
    let end = value.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+')).unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

/// One spelling for the common ways to say white and the like.
fn normal(colour: &str) -> String {
    let colour = colour.trim_end_matches("!important");
    match colour {
        "white" | "#fff" | "rgb(255,255,255)" | "rgba(255,255,255,1)" | "ffffff" => "#ffffff".to_owned(),
        "black" | "#000" | "rgb(0,0,0)" => "#000000".to_owned(),
        "rgba(0,0,0,0)" | "rgba(255,255,255,0)" => "transparent".to_owned(),
        other => match other.strip_prefix('#') {
            Some(hex) if hex.len() == 3 && hex.is_ascii() => {
                let doubled: String = hex.chars().flat_map(|c| [c, c]).collect();
                nearly_white(format!("#{doubled}"))
            }
            _ => nearly_white(other.to_owned()),
        },
    }
}

/// `#fefefe` on white is as unreadable as white.
fn nearly_white(colour: String) -> String {
    let bytes = colour.as_bytes();
    let light = colour.len() == 7
        && [1, 3, 5].iter().all(|at| matches!(bytes.get(*at), Some(b'f')))
        && [2, 4, 6].iter().all(|at| matches!(bytes.get(*at), Some(b'c'..=b'f')));
    if light { "#ffffff".to_owned() } else { colour }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_that_hide() {
        let table = [
            ("display: none", true),
            ("DISPLAY:NONE !important", true),
            ("visibility:hidden", true),
            ("font-size:0px", true),
            ("font-size:0", true),
            ("font-size:1em", false),
            ("font-size:12px", false),
            ("opacity:0", true),
            ("opacity:.9", false),
            ("color:#fff", true),
            ("color:#fefefe", true),
            ("color:white;background:#003366", false),
            ("color:#036;background-color:#036", true),
            ("color:transparent", true),
            ("max-height:0;overflow:hidden", true),
            ("height:0", false),
            ("text-indent:-9999px", true),
            ("color:red", false),
        ];
        for (style, hidden) in table {
            let got = look([("style", style)].into_iter(), &Background::default());
            assert_eq!(got.hidden, hidden, "{style}");
        }
    }
}
