//! How applications are told of changes.

use super::{Annotation, Name};
use crate::annotations::kind::Kind;

pub(super) const ROWS: &[Annotation] = &[
    Annotation::pod(Name::Reload, "reload", Kind::Reload)
        .effect("Tells the application when any file changed, once per change."),
    Annotation::secret(Name::ReloadFile, "reload", Kind::Reload)
        .effect("Tells the application when this file changed. Files with the same request are told of together, once."),
    Annotation::pod(Name::ReloadTimeout, "reload-timeout", Kind::Duration)
        .default("10s; 30s for exec")
        .effect("After which an attempt has failed, and a program is killed with all that it started."),
    Annotation::secret(
        Name::ReloadTimeoutOfSecret,
        "reload-timeout",
        Kind::Duration,
    )
    .default("as for all reloads")
    .effect("The same for the requests of `reload-NAME`."),
    Annotation::pod(Name::ReloadRetries, "reload-retries", Kind::Count)
        .default("3")
        .effect("How many attempts follow one that failed, with growing pauses. What only a person can mend is not tried again."),
    Annotation::secret(
        Name::ReloadRetriesOfSecret,
        "reload-retries",
        Kind::Count,
    )
    .default("as for all reloads")
    .effect("The same for the requests of `reload-NAME`."),
    Annotation::pod(Name::ReloadDebounce, "reload-debounce", Kind::Grace)
        .default("0s")
        .effect("How long the first change waits for others, which are told with it."),
    Annotation::secret(
        Name::ReloadDebounceOfSecret,
        "reload-debounce",
        Kind::Grace,
    )
    .default("as for all reloads")
    .effect("The same for the requests of `reload-NAME`."),
    Annotation::pod(Name::ReloadOnFirst, "reload-on-first", Kind::Boolean)
        .default("false")
        .effect("Tells of the first rendering too, once all files of the reload are there."),
    Annotation::secret(
        Name::ReloadOnFirstOfSecret,
        "reload-on-first",
        Kind::Boolean,
    )
    .default("as for all reloads")
    .effect("The same for the requests of `reload-NAME`."),
    Annotation::pod(Name::ReloadHeaders, "reload-headers", Kind::Headers)
        .effect("Headers of the HTTP requests. No place for secrets: everybody who may read the pod can read them."),
    Annotation::secret(
        Name::ReloadHeadersOfSecret,
        "reload-headers",
        Kind::Headers,
    )
    .default("as for all reloads")
    .effect("The same for the requests of `reload-NAME`."),
    Annotation::pod(Name::ReloadExpectStatus, "reload-expect-status", Kind::Statuses)
        .default("200-299")
        .effect("The HTTP statuses that count as success."),
    Annotation::secret(
        Name::ReloadExpectStatusOfSecret,
        "reload-expect-status",
        Kind::Statuses,
    )
    .default("as for all reloads")
    .effect("The same for the requests of `reload-NAME`."),
];
