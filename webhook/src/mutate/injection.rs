use super::shape::Part;

/// In which phases of its life a pod gets an agent.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Injection {
    InitAndSidecar,
    InitOnly,
    SidecarOnly,
}

impl Injection {
    /// What one container is. A native sidecar that holds the pod up until all files are there is
    /// both.
    pub(super) const fn of(part: Part) -> Self {
        match part {
            Part::Gate => Self::InitAndSidecar,
            Part::Once | Part::Init => Self::InitOnly,
            Part::Companion | Part::Sidecar => Self::SidecarOnly,
        }
    }

    /// Both together.
    pub(super) fn with(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other != self => Self::InitAndSidecar,
            _ => self,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InitAndSidecar => "init_and_sidecar",
            Self::InitOnly => "init_only",
            Self::SidecarOnly => "sidecar_only",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_containers_tell_the_phases() {
        for (parts, expected) in [
            (&[Part::Gate][..], Injection::InitAndSidecar),
            (&[Part::Sidecar, Part::Init], Injection::InitAndSidecar),
            (&[Part::Init, Part::Sidecar], Injection::InitAndSidecar),
            (&[Part::Init], Injection::InitOnly),
            (&[Part::Once], Injection::InitOnly),
            (&[Part::Sidecar], Injection::SidecarOnly),
            (&[Part::Companion], Injection::SidecarOnly),
        ] {
            let added = parts
                .iter()
                .fold(None, |added, part| Some(Injection::of(*part).with(added)));
            assert_eq!(added, Some(expected), "{parts:?}");
        }
    }
}
