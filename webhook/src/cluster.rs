//! What the program asks the API server for: only what its options name, and nothing at all
//! without the feature `cluster`.

#[cfg(feature = "cluster")]
mod connected;
#[cfg(not(feature = "cluster"))]
mod without;

#[cfg(feature = "cluster")]
pub use self::connected::{Cluster, ClusterError, Known};
#[cfg(not(feature = "cluster"))]
pub use self::without::{Cluster, ClusterError, Known};
