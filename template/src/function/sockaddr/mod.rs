//! `sockaddr`: addresses of the network interfaces, chosen by the small language of
//! [go-sockaddr](https://pkg.go.dev/github.com/hashicorp/go-sockaddr/template).
//!
//! Its text is what stands between the braces of a template, so it is run as one, with functions of
//! its own: `GetAllInterfaces | include "type" "IPv4" | join "address" " "`.

mod vocabulary;

pub(super) use self::vocabulary::vocabulary;
use super::{Arguments, Function, Outcome, Vocabulary};
use crate::{
    execute::Execution,
    fault::{ErrorClass, Fault},
    scope::Scope,
    syntax::{self, ParseOptions},
    value::{Text, Type, Value},
};

pub(super) const TABLE: &[Function] =
    &[Function::variadic("sockaddr", &[], Type::String, sockaddr)];

/// Blocks and parentheses open at once; the template around it has used up some of the stack.
const NESTING: u32 = 50;

fn sockaddr(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut source = b"{{ ".to_vec();
    for (index, argument) in arguments.rest(0).iter().enumerate() {
        if index > 0 {
            source.push(b' ');
        }
        source.extend_from_slice(argument.bytes());
    }
    source.extend_from_slice(b" }}");
    let size = u64::try_from(source.len()).unwrap_or(u64::MAX);
    scope.budget.work(size)?;
    scope.budget.memory(size)?;
    let options = ParseOptions {
        left: "{{",
        right: "}}",
        nesting: NESTING,
        denied: &|_| false,
        vocabulary: Vocabulary::SocketAddress,
    };
    let tree = syntax::parse(&source, options).map_err(unreadable)?;
    let all = vocabulary::list(scope.addresses()?.iter().cloned());
    let output = Execution::new(&tree, scope, true, 64)
        .run(all)
        .map_err(|(fault, _)| told(fault))?;
    Ok(Value::String(Text::from(output)))
}

/// The text of the expression is not shown: it is what the function was given.
fn unreadable(error: syntax::SyntaxError) -> Fault {
    let fault = Fault::function(format!(
        "the expression cannot be read: {} at byte {} of it",
        error.class,
        error.offset.saturating_sub(b"{{ ".len())
    ));
    match error.hint {
        // It names functions that there are.
        Some(hint) if error.class == ErrorClass::UndefinedFunction => fault.with_hint(hint),
        _ => fault,
    }
}

/// What the original tells is that the function failed. The names of fields and templates are part
/// of the expression, too.
fn told(fault: Fault) -> Fault {
    match fault.class {
        ErrorClass::Limit => fault,
        ErrorClass::Function | ErrorClass::WrongType | ErrorClass::WrongArgumentCount => {
            Fault::function(fault.message)
        }
        class => Fault::function(format!("the expression fails: {class}")),
    }
}
