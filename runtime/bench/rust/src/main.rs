// The Rust side of the comparison: `rivals crossbeam|tokio NAME WORKERS N`, same workloads, same
// output line (see ../harness.h).
mod crossbeam;
mod tokio_flume;

use std::time::Instant;

pub struct Outcome {
    pub ns: f64,
    pub cpu: f64,
    pub extra: Vec<(&'static str, f64)>,
}

impl Outcome {
    pub fn with(mut self, key: &'static str, value: f64) -> Self {
        self.extra.push((key, value));
        self
    }
}

pub struct Stopwatch {
    wall: Instant,
    cpu: f64,
}

fn cpu_seconds() -> f64 {
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    let of = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
    of(usage.ru_utime) + of(usage.ru_stime)
}

impl Stopwatch {
    pub fn start() -> Self {
        Stopwatch { wall: Instant::now(), cpu: cpu_seconds() }
    }
    pub fn per(&self, ops: u64) -> Outcome {
        Outcome {
            ns: self.wall.elapsed().as_secs_f64() * 1e9 / ops as f64,
            cpu: (cpu_seconds() - self.cpu) * 1e9 / ops as f64,
            extra: Vec::new(),
        }
    }
}

pub fn resident_bytes() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = text.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or(0.0);
    pages * 4096.0
}

pub fn check(ok: bool, what: &str) {
    if !ok {
        eprintln!("wrong result: {what}");
        std::process::exit(3);
    }
}

pub struct Lcg(pub u64);

impl Lcg {
    pub fn new() -> Self {
        Lcg(88172645463325252)
    }
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 >> 33
    }
}

pub fn quantile_us(late: &mut [i64], q: f64) -> f64 {
    if late.is_empty() {
        return 0.0;
    }
    let at = (q * (late.len() - 1) as f64) as usize;
    *late.select_nth_unstable(at).1 as f64 / 1e3
}

pub type Run = fn(workers: usize, n: u64) -> Outcome;

fn main() {
    let argv: Vec<String> = std::env::args().collect();
    let table: &[(&str, Run)] = match argv.get(1).map(String::as_str) {
        Some("crossbeam") => crossbeam::WORKLOADS,
        Some("tokio") => tokio_flume::WORKLOADS,
        _ => &[],
    };
    if argv.get(2).map(String::as_str) == Some("--list") {
        table.iter().for_each(|(name, _)| println!("{name}"));
        return;
    }
    let run = argv.get(2).and_then(|name| table.iter().find(|(known, _)| known == name));
    let (Some((name, run)), 5) = (run, argv.len()) else {
        eprintln!("usage: crossbeam|tokio (--list | NAME WORKERS N)");
        std::process::exit(64);
    };
    let outcome = run(argv[3].parse().unwrap(), argv[4].parse().unwrap());
    print!("{name} {:.3} cpu={:.3}", outcome.ns, outcome.cpu);
    for (key, value) in outcome.extra {
        print!(" {key}={value:.3}");
    }
    println!();
}
