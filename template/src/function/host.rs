//! What needs the program around the template: `executeTemplate`, `plugin`, `writeToFile`. The host
//! may refuse.

use super::{Arguments, Body, Function, Outcome};
use crate::{
    fault::Fault,
    go::{
        number::parse_uint,
        strings::{find, trim_space},
    },
    scope::{FileWrite, Scope},
    value::{Text, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function {
        name: "executeTemplate",
        parameters: &[Type::String],
        variadic: Some(Type::Any),
        body: Body::ExecuteTemplate,
    },
    Function::variadic("plugin", &[Type::String], Type::String, plugin),
    Function::variadic(
        "writeToFile",
        &[Type::String, Type::String, Type::String, Type::String],
        Type::String,
        write_to_file,
    ),
];

/// Runs a program and gives what it prints. Arguments lose the blanks around them, and are left out
/// when nothing stays.
fn plugin(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let program = arguments.bytes(0);
    if program.is_empty() {
        return Ok(Value::string(""));
    }
    let words: Vec<Text> = arguments
        .rest(1)
        .iter()
        .map(|argument| trim_space(argument.bytes()))
        .filter(|argument| !argument.is_empty())
        .map(Text::from)
        .collect();
    let printed = scope
        .host
        .plugin(program, &words)
        .map_err(Fault::function)?;
    scope
        .budget
        .memory(u64::try_from(printed.len()).unwrap_or(u64::MAX))?;
    Ok(Value::String(printed))
}

/// Path, user, group, mode, perhaps flags (`append`, `newline`), and the content at last.
fn write_to_file(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (flags, content) = match arguments.rest(4) {
        [] => {
            return Err(Fault::function(
                "writeToFile takes a path, a user, a group, a mode, and the content",
            ));
        }
        [flags, content] => (flags.bytes(), content),
        [.., content] => (&[][..], content),
    };
    let mode = arguments.bytes(3);
    parse_uint(mode, 8, 32)
        .map_err(|_| Fault::function("the mode is not an octal number, for example 0644"))?;
    let has = |flag: &[u8]| find(flags, flag).is_some();
    let content = if has(b"newline") {
        scope
            .budget
            .memory(u64::try_from(content.bytes().len()).unwrap_or(u64::MAX))?;
        with_newline(content.bytes())
    } else {
        arguments.text(arguments.len() - 1)
    };
    let write = FileWrite {
        path: arguments.bytes(0),
        user: arguments.bytes(1),
        group: arguments.bytes(2),
        mode,
        append: has(b"append"),
        content,
    };
    scope.host.write_file(&write).map_err(Fault::function)?;
    Ok(Value::string(""))
}

fn with_newline(content: &[u8]) -> Text {
    let mut line = Vec::with_capacity(content.len() + 1);
    line.extend_from_slice(content);
    line.push(b'\n');
    Text::from(line)
}

#[cfg(test)]
mod tests {
    use crate::function::calls::{World, outcome, text};
    use crate::value::Value;

    fn written(arguments: &[&str]) -> Vec<String> {
        let arguments: Vec<Value> = arguments.iter().map(|text| Value::string(*text)).collect();
        let mut world = World::default();
        assert!(
            world
                .call("writeToFile", &arguments)
                .unwrap()
                .bytes()
                .is_empty()
        );
        world.written
    }

    #[test]
    fn a_file_is_written_by_the_host() {
        assert_eq!(
            written(&["/f", "", "", "0644", "c"]),
            ["/f   0644 false \"c\""]
        );
        assert_eq!(
            written(&["/f", "u", "g", "600", "append,newline", "c"]),
            ["/f u g 600 true \"c\\n\""]
        );
    }

    #[test]
    fn flags_count_only_when_nothing_else_is_given() {
        assert_eq!(
            written(&["/f", "", "", "0644", "append", "newline", "c"]),
            ["/f   0644 false \"c\""]
        );
    }

    #[test]
    fn a_mode_is_octal_and_a_content_is_needed() {
        let with = |arguments: &[&str]| {
            let arguments: Vec<Value> = arguments.iter().map(|text| Value::string(*text)).collect();
            outcome("writeToFile", &arguments)
        };
        assert!(with(&["/f", "", "", "0844", "c"]).is_err());
        assert!(with(&["/f", "", "", "", "c"]).is_err());
        assert!(with(&["/f", "", "", "0644"]).is_err());
    }

    #[test]
    fn a_plugin_gets_its_arguments_without_blanks() {
        assert_eq!(text("plugin", &["p", " a \n", "  ", "b"]), "p|a|b");
        assert_eq!(text("plugin", &["", "a"]), "");
    }
}
