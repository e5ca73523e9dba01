//! Connections that the proxy cannot read.

use std::{
    io,
    net::{Shutdown, TcpStream},
};

use super::{Fault, Shared, reset};

pub(super) fn serve(stream: &TcpStream, shared: &Shared) {
    shared.note("CONNECT", "", None);
    match shared.fault_of("") {
        Some(Fault::Reset) => reset(stream),
        _ => drop(pass(stream, shared)),
    }
}

fn pass(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    let upstream = shared.connect()?;
    let (mut there, mut back) = (stream.try_clone()?, upstream.try_clone()?);
    let forth = std::thread::spawn(move || {
        drop(io::copy(&mut there, &mut back));
        drop(back.shutdown(Shutdown::Write));
    });
    drop(io::copy(&mut &upstream, &mut &*stream));
    drop(stream.shutdown(Shutdown::Both));
    drop(forth.join());
    Ok(())
}
