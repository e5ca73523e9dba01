//! No template, however written, overflows the stack, eats the memory or runs without end. Each
//! test runs on the 2 MiB of stack that a thread has.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test program may end with a panic"
)]

use vouchsafe_template::{DataFile, DataFileError, Options, Template, fault::ErrorClass};

fn render(source: &str) -> Result<String, ErrorClass> {
    render_with(source, Options::new("t"))
}

fn render_with(source: &str, options: Options) -> Result<String, ErrorClass> {
    let template = Template::parse(source.as_bytes(), options).map_err(|error| error.class)?;
    match DataFile::default().render(&template) {
        Ok(output) => Ok(String::from_utf8(output.expose_secret().to_vec()).unwrap()),
        Err(DataFileError::Template(failed)) => Err(failed.error.class),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn parentheses_may_be_nested_to_the_limit_and_no_deeper() {
    let nested = |levels: usize| format!("{{{{ {}1{} }}}}", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(render(&nested(250)), Ok("1".to_owned()));
    assert_eq!(render(&nested(251)), Err(ErrorClass::Syntax));
    assert_eq!(render(&nested(100_000)), Err(ErrorClass::Syntax));
}

#[test]
fn blocks_may_be_nested_to_the_limit_and_no_deeper() {
    let nested = |levels: usize| {
        format!(
            "{}x{}",
            "{{ if true }}".repeat(levels),
            "{{ end }}".repeat(levels)
        )
    };
    assert_eq!(render(&nested(250)), Ok("x".to_owned()));
    assert_eq!(render(&nested(251)), Err(ErrorClass::Syntax));
    assert_eq!(render(&nested(100_000)), Err(ErrorClass::Syntax));
}

#[test]
fn a_chain_of_conditions_is_as_long_as_one_likes() {
    let chain = "{{ if false }}a".to_owned()
        + &"{{ else if false }}b".repeat(20_000)
        + "{{ else }}c{{ end }}";
    assert_eq!(render(&chain), Ok("c".to_owned()));
}

#[test]
fn templates_call_each_other_as_deep_as_in_go() {
    let counting = |from: u32| {
        format!(
            "{{{{ define \"r\" }}}}{{{{ if gt . 0 }}}}{{{{ template \"r\" (subtract 1 .) }}}}{{{{ else }}}}bottom{{{{ end }}}}{{{{ end }}}}\
             {{{{ template \"r\" {from} }}}}"
        )
    };
    assert_eq!(render(&counting(99_000)), Ok("bottom".to_owned()));
    assert_eq!(render(&counting(101_000)), Err(ErrorClass::Recursion));
}

#[test]
fn execute_template_without_end_is_stopped() {
    assert_eq!(
        render("{{ define \"r\" }}{{ executeTemplate \"r\" }}{{ end }}{{ executeTemplate \"r\" }}"),
        Err(ErrorClass::Recursion)
    );
}

#[test]
fn loops_without_end_are_stopped() {
    let mut options = Options::new("t");
    options.limits.steps = 100_000;
    for source in [
        "{{ range loop 0 9223372036854775807 }}{{ end }}",
        "{{ range 9223372036854775807 }}{{ end }}",
        "{{ range $i := loop 0 5000 }}{{ $x := secret \"a/b\" (printf \"k=%d\" $i) }}{{ end }}",
        "{{ sprig_uniq (sprig_until 2000) | len }}",
        "{{ range 100 }}{{ range 100 }}{{ range 100 }}{{ end }}{{ end }}{{ end }}",
    ] {
        assert_eq!(render_with(source, options.clone()), Err(ErrorClass::Limit));
    }
}

#[test]
fn searches_that_look_far_for_little_are_stopped() {
    let mut options = Options::new("t");
    options.limits.steps = 100_000;
    let text = "{{ $text := sprig_repeat 40000 \"a\" }}";
    for source in [
        // Every match is one letter, and known when the whole text was read.
        "{{ sprig_regexFindAll \"(a*)*b|a\" $text -1 | len }}",
        "{{ sprig_regexSplit \"(a*)*b|a\" $text -1 | len }}",
        "{{ sprig_regexReplaceAll \"(a*)*b|a\" $text \"x\" | len }}",
        "{{ sprig_regexReplaceAllLiteral \"(a*)*b|a\" $text \"x\" | len }}",
        "{{ regexReplaceAll \"a*b|(a)\" \"$1\" $text | len }}",
        // Many states are reached at once.
        "{{ regexMatch \"(a?){900}b\" $text }}",
        "{{ sprig_regexMatch \"[a-c]*a[a-c]{900}d\" $text }}",
        "{{ sprig_regexFind \"(((a?)(a?)){30}){30}b\" $text }}",
        // A large program takes time to make, whether it is used or refused.
        "{{ range 100000 }}{{ if sprig_regexMatch \"\\\\pL{50}\" \"\" }}{{ end }}{{ end }}",
        "{{ range $i := loop 100000 }}{{ if sprig_regexMatch (printf \"(?i)\\\\pL%d\" $i) \"\" }}{{ end }}{{ end }}",
        "{{ range $i := loop 100000 }}{{ if sprig_regexMatch (printf \"[[:^alpha:]\\\\PL%d\" $i) \"\" }}{{ end }}{{ end }}",
        "{{ range 100000 }}{{ if sprig_regexMatch \"\\\\pL{1000}\" \"\" }}{{ end }}{{ end }}",
        // A replacement of which nothing comes is written all the same.
        "{{ sprig_regexReplaceAll \"a\" $text (sprig_repeat 4000 \"$x\") | len }}",
    ] {
        assert_eq!(
            render_with(&format!("{text}{source}"), options.clone()),
            Err(ErrorClass::Limit),
            "{source}"
        );
    }
}

#[test]
fn long_texts_with_many_matches_are_searched() {
    // 1 MiB, in lines that end in a number.
    let text = format!(
        "{{{{ $text := sprig_repeat 10000 \"{}12345\\n\" }}}}",
        "word ".repeat(20)
    );
    for (source, output) in [
        (
            "{{ sprig_regexFindAll \"[0-9]+\" $text -1 | len }}",
            "10000",
        ),
        ("{{ sprig_regexFindAll \"12345\" $text -1 | len }}", "10000"),
        ("{{ sprig_regexSplit \"\\\\n\" $text -1 | len }}", "10001"),
        (
            "{{ regexReplaceAll \"(?m)^(word) .*$\" \"$1\" $text | len }}",
            "50000",
        ),
        (
            "{{ sprig_regexReplaceAllLiteral \"\\\\s+\" $text \"\" | len }}",
            "850000",
        ),
        ("{{ regexMatch \"\\\\Aword\" $text }}", "true"),
        ("{{ regexMatch \"[a-z]+@[a-z]+\" $text }}", "false"),
        // The same pattern is compiled once.
        (
            "{{ range 20000 }}{{ if regexMatch \"(?i)^\\\\pL+$\" \"word\" }}{{ else }}no{{ end }}{{ end }}",
            "",
        ),
    ] {
        assert_eq!(
            render(&format!("{text}{source}")),
            Ok(output.to_owned()),
            "{source}"
        );
    }
}

#[test]
fn more_memory_than_allowed_is_refused_before_it_is_taken() {
    let mut options = Options::new("t");
    options.limits.memory = 4 << 20;
    for source in [
        "{{ sprig_repeat 1000000000 \"xxxxxxxx\" }}",
        "{{ sprig_until 1000000000 }}",
        "{{ indent 1000000000 \"x\" }}",
        "{{ sprig_seq 1 1000000000 }}",
        "{{ $x := \"xxxxxxxxxxxxxxxx\" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}",
        "{{ $x := sprig_list 1 }}{{ range 64 }}{{ $x = sprig_concat $x $x }}{{ end }}",
        "{{ range 1000000 }}{{ printf \"%999999d\" 1 }}{{ end }}",
        "{{ $x := sprig_list 1 }}{{ range 64 }}{{ $x = sprig_list $x $x }}{{ end }}{{ $x | toJSON }}",
    ] {
        assert_eq!(
            render_with(source, options.clone()),
            Err(ErrorClass::Limit),
            "{source}"
        );
    }
}

#[test]
fn values_nested_without_end_are_let_go_and_not_printed() {
    let nested = "{{ $x := sprig_list }}{{ range 100000 }}{{ $x = sprig_list $x }}{{ end }}";
    assert_eq!(render(nested), Ok(String::new()));
    for end in [
        "{{ $x }}",
        "{{ $x | toJSON }}",
        "{{ $x | toYAML }}",
        "{{ spew_sdump $x }}",
        "{{ eq $x $x }}",
        "{{ sprig_deepCopy $x }}",
    ] {
        assert!(render(&format!("{nested}{end}")).is_err(), "{end}");
    }
}

#[test]
fn many_names_and_findings_cost_little() {
    let unknown = format!("{{{{ {} }}}}", "a".repeat(1_000_000));
    assert_eq!(render(&unknown), Err(ErrorClass::UndefinedFunction));
    let doubtful = "{{ (secret \"secret/data/x\").Data.a }}".repeat(5_000);
    let template = Template::parse(doubtful.as_bytes(), Options::new("t")).unwrap();
    assert_eq!(template.warnings().len(), 50);
}
