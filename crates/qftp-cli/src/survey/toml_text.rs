//! TOML as a text: the sections of a family file, each value of them in its line.

use toml::{Table, Value};

/// A table of tables and texts.
pub(super) fn text(table: &Table) -> String {
    let (mut plain, mut sections) = (String::new(), String::new());
    for (name, value) in table {
        match value {
            Value::Table(section) => {
                sections.push_str(&format!("[{name}]\n"));
                for (key, value) in section {
                    sections.push_str(&format!("{key} = {}\n", inline(value)));
                }
            }
            value => plain.push_str(&format!("{name} = {}\n", inline(value))),
        }
    }
    plain + &sections
}

fn inline(value: &Value) -> String {
    match value {
        // The escapes of JSON are some of those of TOML.
        Value::String(text) => serde_json::Value::from(text.as_str()).to_string(),
        Value::Array(values) => format!("[{}]", values.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let pairs: Vec<_> =
                table.iter().map(|(key, value)| format!("{key} = {}", inline(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        // A family file has no other kinds.
        other => other.as_integer().unwrap_or_default().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let text_of =
            "about = 'a'\n[x]\ny = { value = \"q\\\"\\\\\\u001b\", z = [1, -2] }\nw = [{ a = 'b' }]\n";
        let table: Table = toml::from_str(text_of).expect("TOML");
        assert_eq!(toml::from_str::<Table>(&text(&table)).expect("TOML"), table);
    }
}
