//! Clients that ask and do not read the answer: each would keep its place among the few there are,
//! and in the end nobody else would be answered, probes included.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How long the kernel may take no more of an answer. It does once a good part of what it holds, up to
/// some MiB, was read: nobody who reads at all needs as long.
const LIMIT: Duration = Duration::from_secs(30);

/// A connection that breaks when the other end leaves what is written to it where it is.
#[derive(Debug)]
pub(super) struct Impatient<S> {
    stream: S,
    /// Since something could not be written.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncWrite + Unpin> Impatient<S> {
    pub(super) fn new(stream: S) -> Self {
        let waiting = None;
        Self { stream, waiting }
    }

    fn in_time<T>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let written = write(Pin::new(&mut self.stream), context);
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(LIMIT)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.in_time(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.in_time(context, |stream, context| {
            stream.poll_write_vectored(context, bytes)
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(context, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(context, AsyncWrite::poll_shutdown)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hyper::{Request, Response, StatusCode, body::Incoming};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        time::timeout,
    };

    use super::*;
    use crate::listen::{Page, Service, page, serve};

    /// More than any kernel keeps for a connection.
    const LONG: usize = 64 * 1024 * 1024;

    struct Wordy(Arc<str>);

    impl Service for Wordy {
        async fn answer(&self, request: Request<Incoming>) -> Response<Page> {
            let is_long = request.uri().path() == "/long";
            let text = if is_long { &*self.0 } else { "short" };
            page(StatusCode::OK, text.to_owned())
        }
    }

    async fn ask(address: std::net::SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_loses_its_place_to_others() {
        let wordy = Wordy("x".repeat(LONG).into());
        let address = serve("127.0.0.1:0".parse().unwrap(), 1, wordy)
            .await
            .unwrap();
        let _reads_nothing = ask(address, "/long").await;
        let mut next = ask(address, "/short").await;
        let mut answer = String::new();
        let read = timeout(3 * LIMIT, next.read_to_string(&mut answer)).await;
        assert!(read.is_ok_and(|read| read.is_ok()), "{answer}");
        assert!(answer.ends_with("short"), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_slowly_gets_everything() {
        let wordy = Wordy("x".repeat(LONG).into());
        let address = serve("127.0.0.1:0".parse().unwrap(), 1, wordy)
            .await
            .unwrap();
        let mut slow = ask(address, "/long").await;
        let mut piece = vec![0; LONG / 16];
        let mut length = 0;
        loop {
            match slow.read(&mut piece).await.unwrap() {
                0 => break,
                read => length += read,
            }
            sleep(LIMIT / 10).await;
        }
        assert!(length > LONG, "{length}");
    }
}
