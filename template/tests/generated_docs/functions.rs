//! What `docs/templates.md` says of each function. Words in capitals are arguments; those in
//! brackets may be left out, those before `…` may be repeated.

pub(crate) type Topic = (&'static str, &'static [(&'static str, &'static str)]);

pub(crate) const TOPICS: &[Topic] = &[
    (
        "Secrets and files",
        &[
            (
                "secret PATH [KEY=VALUE…]",
                "reads a secret; with arguments it writes them and gives the answer: `.Data`, `.LeaseID`, `.LeaseDuration`, `.Renewable`, `.Warnings`, `.Auth`, `.WrapInfo`",
            ),
            (
                "secrets PATH",
                "the names under a path, sorted; those of folders end in `/`",
            ),
            (
                "pkiCert PATH [KEY=VALUE…]",
                "a certificate that is kept while it is good: `.Cert`, `.Key`, `.CA`, `.CAChain`",
            ),
            (
                "file PATH",
                "the content of a file in the agent's container",
            ),
            (
                "writeToFile PATH USER GROUP MODE [FLAGS] CONTENT",
                "writes another file; flags are `append` and `newline`",
            ),
        ],
    ),
    (
        "Environment and time",
        &[
            (
                "env NAME",
                "a variable of the agent's environment; nothing if it is not set",
            ),
            (
                "envOrDefault NAME DEFAULT",
                "the same, or the default if it is not set",
            ),
            (
                "mustEnv NAME",
                "the same; an error if it is not set or empty",
            ),
            (
                "sockaddr EXPRESSION…",
                "addresses of the pod's network interfaces: [above](#addresses-of-the-pod)",
            ),
            (
                "timestamp [LAYOUT]",
                "now, in UTC: as RFC 3339, as seconds (`unix`), or in a layout of Go",
            ),
        ],
    ),
    (
        "Documents",
        &[
            (
                "toJSON VALUE",
                "JSON in one line; `<`, `>` and `&` are escaped",
            ),
            ("toJSONPretty VALUE", "the same, indented"),
            (
                "toUnescapedJSON VALUE",
                "JSON in one line without those escapes",
            ),
            ("toUnescapedJSONPretty VALUE", "the same, indented"),
            ("toYAML VALUE", "YAML"),
            ("toTOML VALUE", "TOML"),
            (
                "parseJSON TEXT",
                "the value of a JSON text; nothing is an empty map",
            ),
            (
                "parseYAML TEXT",
                "the value of a YAML 1.1 text; nothing is an empty map",
            ),
        ],
    ),
    (
        "Encodings and digests",
        &[
            ("base64Encode TEXT", "Base64 with padding"),
            (
                "base64Decode TEXT",
                "what it stands for, also if that is no text",
            ),
            ("base64URLEncode TEXT", "Base64 for URLs and file names"),
            ("base64URLDecode TEXT", "what it stands for"),
            ("sha256Hex TEXT", "SHA-256 in hexadecimal"),
            ("md5sum TEXT", "MD5 in hexadecimal"),
            ("hmacSHA256Hex TEXT KEY", "HMAC with SHA-256 in hexadecimal"),
            ("html VALUE…", "escaped for HTML"),
            ("js VALUE…", "escaped for a string of JavaScript"),
            ("urlquery VALUE…", "escaped for a URL"),
        ],
    ),
    (
        "Texts",
        &[
            (
                "trim LETTERS TEXT",
                "without any of the letters at both ends",
            ),
            (
                "trimSpace TEXT",
                "without blanks and line breaks at both ends",
            ),
            ("trimPrefix PREFIX TEXT", "without the prefix"),
            ("trimSuffix SUFFIX TEXT", "without the suffix"),
            ("replaceAll OLD NEW TEXT", "every OLD replaced by NEW"),
            (
                "regexMatch PATTERN TEXT",
                "whether the pattern (RE2) matches anywhere",
            ),
            (
                "regexReplaceAll PATTERN NEW TEXT",
                "every match replaced; `$1` and `${name}` stand for groups",
            ),
            ("split SEPARATOR TEXT", "the parts, as a list"),
            (
                "splitToMap SEPARATOR ASSIGNMENT TEXT",
                "the parts, each cut once more into key and value, as a map",
            ),
            (
                "join SEPARATOR LIST",
                "the texts of a list of texts (`split`, `secrets`) in one",
            ),
            (
                "indent COUNT TEXT",
                "every line that is not empty moved to the right",
            ),
            ("toLower TEXT", "in small letters"),
            ("toUpper TEXT", "in capitals"),
            ("toTitle TEXT", "the first letter of every word a capital"),
            ("print VALUE…", "the values as text"),
            (
                "println VALUE…",
                "the values as text, with blanks between them and a line break",
            ),
            ("printf FORMAT VALUE…", "the values in a format of Go"),
        ],
    ),
    (
        "Numbers and truth values",
        &[
            ("parseInt TEXT", "a whole number; nothing is zero"),
            ("parseUint TEXT", "a whole number without a sign"),
            ("parseFloat TEXT", "a number with a fraction"),
            ("parseBool TEXT", "a truth value"),
            (
                "add B A",
                "A + B; with these seven, `A | add B` reads as it computes",
            ),
            ("subtract B A", "A − B"),
            ("multiply B A", "A × B"),
            ("divide B A", "A ÷ B; whole numbers give a whole one"),
            ("modulo B A", "what is left of A after dividing by B"),
            ("minimum B A", "the smaller"),
            ("maximum B A", "the larger"),
        ],
    ),
    (
        "Lists, maps and loops",
        &[
            (
                "index VALUE KEY…",
                "an element by number or key, also one whose name has a dash",
            ),
            ("slice VALUE [FROM TO]", "a part of a list or text"),
            ("len VALUE", "how many elements or bytes"),
            (
                "in COLLECTION VALUE",
                "whether a list holds a value, or a text a text",
            ),
            (
                "contains VALUE COLLECTION",
                "the same with the collection last",
            ),
            (
                "containsAny VALUES COLLECTION",
                "whether it holds one of them",
            ),
            (
                "containsAll VALUES COLLECTION",
                "whether it holds all of them",
            ),
            (
                "containsNone VALUES COLLECTION",
                "whether it holds none of them",
            ),
            (
                "containsNotAll VALUES COLLECTION",
                "whether it lacks one of them",
            ),
            ("explodeMap MAP", "keys with slashes as maps in maps"),
            (
                "mergeMap MAP OTHER",
                "the first map, filled with what only the second has",
            ),
            (
                "mergeMapWithOverride MAP OTHER",
                "the first map, with all of the second",
            ),
            (
                "loop [FROM] UNTIL",
                "the numbers from FROM, or 0, up to before UNTIL, for `range`",
            ),
            (
                "scratch",
                "a store for this run: `.Set`, `.SetX`, `.Get`, `.Key`, `.MapSet`, `.MapSetX`, `.MapValues`",
            ),
        ],
    ),
    (
        "Logic",
        &[
            ("and VALUE…", "the first that is empty, or the last"),
            ("or VALUE…", "the first that is not empty, or the last"),
            ("not VALUE", "whether it is empty"),
            (
                "eq VALUE OTHER…",
                "whether it is one of the others; a number of a secret is a text: `eq .Data.data.port \"5432\"`",
            ),
            ("ne VALUE OTHER", "whether they differ"),
            ("lt VALUE OTHER", "less"),
            ("le VALUE OTHER", "less or the same"),
            ("gt VALUE OTHER", "greater"),
            ("ge VALUE OTHER", "greater or the same"),
            (
                "call FUNCTION VALUE…",
                "calls a value that is a function; no template has one",
            ),
        ],
    ),
    (
        "Templates and looking at values",
        &[
            (
                "executeTemplate NAME [VALUE]",
                "the output of a template of `define`, as a value",
            ),
            (
                "spew_sdump VALUE…",
                "types and content, for writing templates; remove it when done",
            ),
            ("spew_sprintf FORMAT VALUE…", "the same in a format"),
            (
                "spew_dump VALUE…",
                "nothing: it would show secrets in the agent's log",
            ),
            ("spew_printf FORMAT VALUE…", "nothing, as above"),
            (
                "plugin PROGRAM ARGUMENT…",
                "an error: the agent's container has no programs to run",
            ),
        ],
    ),
    (
        "Functions of our own",
        &[
            ("toDotenv MAP", "`KEY='value'` lines, sorted by key"),
            (
                "toProperties MAP",
                "the lines of a Java properties file, sorted by key",
            ),
            (
                "shellQuote TEXT",
                "one word of a POSIX shell, quoted where needed",
            ),
        ],
    ),
];
