//! Which words of a denial say the same.

/// A cause, words of the original's denial that name it, and words that ours must have. Where the
/// original has none, it allows what we deny on purpose.
struct Cause(&'static str, &'static str, &'static str);

pub(crate) const NO_BOOL: &str = "no bool";
pub(crate) const SYSTEM_NAMESPACE: &str = "system namespace";
pub(crate) const NO_SERVICE_ACCOUNT: &str = "no service account";
pub(crate) const NO_TOKEN_VOLUME: &str = "no token volume";
pub(crate) const NO_TOKEN_PATH: &str = "no token path";
pub(crate) const NO_ROLE: &str = "no role";
pub(crate) const DEFAULT_TEMPLATE: &str = "default template";
pub(crate) const NOT_SHARED: &str = "processes are not shared";
pub(crate) const NO_UNSIGNED: &str = "no unsigned number";
pub(crate) const NO_NUMBER: &str = "no number";
pub(crate) const NO_FLOAT: &str = "no float";
pub(crate) const NO_DURATION: &str = "no duration";
pub(crate) const PATCH_NO_LIST: &str = "patch is no list";
pub(crate) const PATCH_FAILS: &str = "patch cannot be applied";
pub(crate) const NO_QUANTITY: &str = "no quantity";
pub(crate) const NO_CONTEXT: &str = "no security context";
pub(crate) const NO_USER: &str = "no user";
pub(crate) const ROOT: &str = "user is root";
pub(crate) const NO_ADDRESS: &str = "no address";
pub(crate) const NO_AUTH_PATH: &str = "no auth path";
pub(crate) const NO_AUTH_TYPE: &str = "no auth type";
pub(crate) const NO_PHASE: &str = "no phase";
pub(crate) const NO_MODE: &str = "no mode";
pub(crate) const LEAVES_VOLUME: &str = "leaves its volume";
pub(crate) const FILES_CLASH: &str = "files clash";
pub(crate) const PATH_TAKEN: &str = "path is taken";
pub(crate) const NO_METHOD: &str = "unknown auth method";
pub(crate) const NO_PARAMETER: &str = "no auth parameter";
pub(crate) const NO_TEMPLATE: &str = "template cannot be read";
pub(crate) const ABOVE_LIMIT: &str = "requests more than its limit";

const CAUSES: &[Cause] = &[
    Cause(NO_BOOL, "as bool", "as bool"),
    Cause(
        SYSTEM_NAMESPACE,
        "cannot inject into system namespaces",
        "cannot inject into system namespaces",
    ),
    Cause(
        NO_SERVICE_ACCOUNT,
        "failed to find service account volume mount",
        "",
    ),
    Cause(
        NO_TOKEN_VOLUME,
        "failed to find service account volume \"",
        "no service account volume",
    ),
    Cause(
        NO_TOKEN_PATH,
        "failed to find tokenPath",
        "no path of a token",
    ),
    Cause(NO_ROLE, "no Vault role found", "no role found"),
    Cause(
        DEFAULT_TEMPLATE,
        "invalid default template type",
        "invalid default template type",
    ),
    Cause(
        NOT_SHARED,
        "shareProcessNamespace explicitly disabled",
        "shareProcessNamespace is explicitly disabled",
    ),
    Cause(
        NO_UNSIGNED,
        "strconv.ParseUint",
        "cannot be parsed as a number",
    ),
    Cause(
        NO_NUMBER,
        "strconv.ParseInt",
        "cannot be parsed as a whole number",
    ),
    Cause(NO_FLOAT, "strconv.ParseFloat", "cannot be parsed as float"),
    Cause(NO_DURATION, "as duration", "duration"),
    Cause(PATCH_NO_LIST, "error parsing JSON patch", "error parsing"),
    Cause(PATCH_FAILS, "failed to apply JSON patch", "the JSON patch"),
    Cause(NO_QUANTITY, "quantities must match", "not a quantity"),
    Cause(
        NO_CONTEXT,
        "No SecurityContext found for Container 0",
        "which has no securityContext",
    ),
    Cause(
        NO_USER,
        "RunAsUser is nil for Container 0",
        "whose securityContext has no runAsUser",
    ),
    Cause(
        ROOT,
        "container not allowed to run as root",
        "not allowed to run as root",
    ),
    Cause(
        NO_ADDRESS,
        "no Vault address found",
        "no store address found",
    ),
    Cause(
        NO_AUTH_PATH,
        "no Vault Auth Path found",
        "no auth path found",
    ),
    Cause(
        NO_AUTH_TYPE,
        "no Vault Auth Type found",
        "no auth type found",
    ),
    Cause(NO_PHASE, "", "leaves the agent no time to run"),
    Cause(NO_MODE, "", "not a file mode"),
    Cause(LEAVES_VOLUME, "", "cannot leave its volume"),
    Cause(FILES_CLASH, "", "writes "),
    Cause(PATH_TAKEN, "", "where its secrets belong"),
    Cause(NO_METHOD, "", "auth method"),
    Cause(NO_PARAMETER, "", "which no annotation gives"),
    Cause(NO_TEMPLATE, "", "correct the template"),
    Cause(ABOVE_LIMIT, "", "which is more than its limit"),
];

/// Why the original denied a pod.
pub(crate) fn theirs(message: &str) -> &'static str {
    CAUSES
        .iter()
        .find(|Cause(_, theirs, _)| !theirs.is_empty() && message.contains(theirs))
        .map_or_else(
            || panic!("a cause of {message:?}"),
            |Cause(cause, ..)| cause,
        )
}

/// Whether a denial of ours has the words for a cause; it may tell of more than one.
pub(crate) fn names(denial: &str, cause: &str) -> bool {
    let known = CAUSES.iter().find(|Cause(name, ..)| *name == cause);
    let Cause(_, _, ours) = known.unwrap_or_else(|| panic!("{cause} is listed"));
    !ours.is_empty() && denial.contains(ours)
}
