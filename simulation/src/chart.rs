//! Curves as SVG that reads in light and in dark.

use std::fmt::Write;

use crate::{HOUR, MINUTE, Millis, SECOND, curves::Request, store::Store, verdict::MOST_PEAK};

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 28.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 36.0;
/// Enough for a curve of this width.
const POINTS: u64 = 960;
const STYLE: &str = "text{font:12px sans-serif;fill:#222}.title{font-size:14px;font-weight:bold}\
.axis{stroke:#888;fill:none}.grid{stroke:#8884;fill:none}.limit{stroke:#c33;stroke-dasharray:6 4;fill:none}\
.event{fill:#8883}.a{stroke:#06c}.b{stroke:#c60}.c{stroke:#080}.d{stroke:#a0a}.line{fill:none;stroke-width:1.3}\
@media(prefers-color-scheme:dark){text{fill:#ddd}.a{stroke:#6bf}.b{stroke:#fa5}.c{stroke:#6d6}.d{stroke:#e8e}}";

/// One curve: its name, the class of its colour, and its values at times.
struct Line {
    name: &'static str,
    class: char,
    points: Vec<(Millis, f64)>,
}

/// One picture; its title says in what the values are counted.
struct Chart<'a> {
    title: &'a str,
    from: Millis,
    to: Millis,
    lines: Vec<Line>,
    limit: Option<f64>,
    events: Vec<(Millis, Millis, &'static str)>,
}

/// All pictures of a run, by file name.
pub fn draw(store: &Store, steady: f64) -> Vec<(String, String)> {
    let length = store.schedule.length;
    let all = store.schedule.events();
    let mut pictures = vec![
        (
            "requests.svg".to_owned(),
            rates(store, steady, "Requests per second", 0, length),
        ),
        ("credentials.svg".to_owned(), credentials(store)),
    ];
    for (index, (from, to, name)) in all.iter().enumerate().filter(|(_, event)| event.0 > 0) {
        let (from, to) = (
            from.saturating_sub(2 * MINUTE),
            (to + 8 * MINUTE).min(length),
        );
        let title = format!("Requests per second: {name}");
        pictures.push((
            format!("event-{index}.svg"),
            rates(store, steady, &title, from, to),
        ));
    }
    pictures
}

fn rates(store: &Store, steady: f64, title: &str, from: Millis, to: Millis) -> String {
    let curves = &store.curves;
    let step = ((to - from) / POINTS / SECOND).max(10) * SECOND;
    let times: Vec<_> = (from..to.saturating_sub(step - SECOND))
        .step_by(step as usize)
        .collect();
    let line = |name, class, value: &dyn Fn(Millis) -> f64| Line {
        name,
        class,
        points: times.iter().map(|at| (at + step / 2, value(*at))).collect(),
    };
    let mut lines = vec![line("mean", 'a', &|at| curves.mean(at, at + step))];
    if step > 10 * SECOND {
        lines.insert(
            0,
            line("highest over 10 s", 'b', &|at| curves.peak(at, at + step)),
        );
    }
    let chart = Chart {
        title,
        from,
        to,
        lines,
        limit: Some(steady * MOST_PEAK),
        events: store.schedule.events(),
    };
    chart.draw()
}

fn credentials(store: &Store) -> String {
    let line = |request: Request, class| {
        let minutes = store.curves.kinds.iter().enumerate();
        let points = minutes.map(|(minute, kinds)| {
            (
                minute as u64 * MINUTE,
                f64::from(kinds[request as usize]) / 60.0,
            )
        });
        Line {
            name: request.name(),
            class,
            points: points.collect(),
        }
    };
    let chart = Chart {
        title: "Logins, renewals and what is issued, per second",
        from: 0,
        to: store.schedule.length,
        lines: vec![
            line(Request::RenewToken, 'a'),
            line(Request::RenewLease, 'c'),
            line(Request::Login, 'b'),
            line(Request::Credential, 'd'),
        ],
        limit: None,
        events: store.schedule.events(),
    };
    chart.draw()
}

impl Chart<'_> {
    fn draw(&self) -> String {
        let values = self
            .lines
            .iter()
            .flat_map(|line| line.points.iter().map(|(_, value)| *value));
        let highest = values.chain(self.limit).fold(1.0, f64::max) * 1.05;
        let x = |at: Millis| {
            let share = (at.max(self.from) - self.from) as f64 / (self.to - self.from) as f64;
            LEFT + share.min(1.0) * (WIDTH - LEFT - RIGHT)
        };
        let y = |value: f64| HEIGHT - BOTTOM - value / highest * (HEIGHT - TOP - BOTTOM);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n\
             <text class=\"title\" x=\"{LEFT}\" y=\"16\">{title}</text>\n",
            title = self.title
        );
        for (from, to, name) in self
            .events
            .iter()
            .filter(|(from, to, _)| *to >= self.from && *from < self.to)
        {
            let (left, bottom) = (x(*from), HEIGHT - TOP - BOTTOM);
            let width = (x(*to) - left).max(2.0);
            let _ = writeln!(
                svg,
                "<rect class=\"event\" x=\"{left:.1}\" y=\"{TOP}\" width=\"{width:.1}\" height=\"{bottom}\"><title>{name}</title></rect>"
            );
        }
        for value in ticks(highest, 5.0) {
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/><text x=\"{text}\" y=\"{middle:.1}\" text-anchor=\"end\">{value}</text>",
                y = y(value),
                right = WIDTH - RIGHT,
                text = LEFT - 6.0,
                middle = y(value) + 4.0
            );
        }
        let (unit, name) = if self.to - self.from > 2 * HOUR {
            (HOUR, "h")
        } else {
            (MINUTE, "min")
        };
        let span = (self.to - self.from) as f64 / unit as f64;
        for tick in ticks(span, 12.0) {
            let at = self.from + (tick * unit as f64) as Millis;
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{tick} {name}</text>",
                x(at),
                HEIGHT - 16.0
            );
        }
        if let Some(limit) = self.limit {
            let _ = writeln!(
                svg,
                "<path class=\"limit\" d=\"M{LEFT} {y:.1}H{right}\"/><text x=\"{right}\" y=\"{above:.1}\" text-anchor=\"end\">{MOST_PEAK} times steady</text>",
                y = y(limit),
                right = WIDTH - RIGHT,
                above = y(limit) - 4.0
            );
        }
        let _ = writeln!(
            svg,
            "<path class=\"axis\" d=\"M{LEFT} {TOP}V{bottom}H{right}\"/>",
            bottom = HEIGHT - BOTTOM,
            right = WIDTH - RIGHT
        );
        let mut legend = LEFT;
        for line in &self.lines {
            let mut path = String::new();
            for (index, (at, value)) in line.points.iter().enumerate() {
                let letter = if index == 0 { 'M' } else { 'L' };
                let _ = write!(path, "{letter}{:.1} {:.1}", x(*at), y(*value));
            }
            let class = line.class;
            let _ = writeln!(
                svg,
                "<path class=\"line {class}\" d=\"{path}\"/>\n<path class=\"line {class}\" d=\"M{legend} 30h20\"/><text x=\"{}\" y=\"34\">{}</text>",
                legend + 24.0,
                line.name,
            );
            legend += 60.0 + 7.0 * line.name.len() as f64;
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// Round numbers from zero to the highest, about as many as wanted.
fn ticks(highest: f64, wanted: f64) -> impl Iterator<Item = f64> {
    let rough = (highest / wanted).max(1.0);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let step = step
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(power);
    let count = (highest / step) as u32;
    (0..=count).map(move |index| f64::from(index) * step)
}
