// crossbeam-channel on OS threads; `workers` is the number of CPUs the process may use. What starts or
// parks a thread is std_thread's row, not repeated here.
use crate::{check, Outcome, Run, Stopwatch};
use crossbeam_channel::{bounded, select, Receiver, Select};
use std::thread;

pub const WORKLOADS: &[(&str, Run)] = &[
    ("pingpong", pingpong),
    ("spsc128", spsc128),
    ("mpmc64", |w, n| mpmc(w, n, 64)),
    ("mpmc0", |w, n| mpmc(w, n, 0)),
    ("select2", |w, n| select_over(w, n, 2)),
    ("select8", |w, n| select_over(w, n, 8)),
    ("select64", |w, n| select_over(w, n, 64)),
    ("select8idle", select_idle),
    ("tryselect1", tryselect1),
    ("tryselect2", tryselect2),
    ("pipe0", |w, n| pipeline(w, n, 0)),
    ("pipe64", |w, n| pipeline(w, n, 64)),
];

fn pin(workers: usize) {
    unsafe {
        let (mut allowed, mut chosen): (libc::cpu_set_t, libc::cpu_set_t) =
            (std::mem::zeroed(), std::mem::zeroed());
        let size = std::mem::size_of::<libc::cpu_set_t>();
        libc::sched_getaffinity(0, size, &mut allowed);
        (0..libc::CPU_SETSIZE as usize)
            .filter(|&cpu| libc::CPU_ISSET(cpu, &allowed))
            .take(workers)
            .for_each(|cpu| libc::CPU_SET(cpu, &mut chosen));
        libc::sched_setaffinity(0, size, &chosen);
    }
}

fn pingpong(workers: usize, n: u64) -> Outcome {
    pin(workers);
    let (ping, ping_rx) = bounded::<u64>(0);
    let (pong_tx, pong) = bounded::<u64>(0);
    let other = thread::spawn(move || {
        for v in ping_rx {
            pong_tx.send(v + 1).unwrap();
        }
    });
    let watch = Stopwatch::start();
    let mut v = 0;
    for _ in 0..n {
        ping.send(v).unwrap();
        v = pong.recv().unwrap();
    }
    let r = watch.per(n);
    drop(ping);
    other.join().unwrap();
    check(v == n, "pingpong");
    r
}

fn spsc128(workers: usize, n: u64) -> Outcome {
    pin(workers);
    let (tx, rx) = bounded::<u64>(128);
    let watch = Stopwatch::start();
    let producer = thread::spawn(move || (0..n).for_each(|i| tx.send(i).unwrap()));
    let sum: u64 = rx.iter().sum();
    let r = watch.per(n);
    producer.join().unwrap();
    check(sum == n * (n - 1) / 2, "spsc128");
    r
}

fn mpmc(workers: usize, n: u64, capacity: usize) -> Outcome {
    pin(workers);
    const SIDE: u64 = 8;
    let each = n / SIDE;
    let (tx, rx) = bounded::<u64>(capacity);
    let watch = Stopwatch::start();
    let consumers: Vec<_> = (0..SIDE)
        .map(|_| {
            let tx = tx.clone();
            thread::spawn(move || (0..each).for_each(|i| tx.send(i).unwrap()));
            let rx = rx.clone();
            thread::spawn(move || rx.iter().sum::<u64>())
        })
        .collect();
    drop(tx);
    let total: u64 = consumers.into_iter().map(|c| c.join().unwrap()).sum();
    let r = watch.per(each * SIDE);
    check(total == SIDE * (each * (each - 1) / 2), "mpmc");
    r
}

// Two cases with the select! macro; more with Select, the library's form for run-time lists, built
// once and reused.
fn receive(rxs: &[Receiver<u64>], n: u64) -> u64 {
    let mut sum = 0;
    if let [a, b] = rxs {
        for _ in 0..n {
            select! {
                recv(a) -> v => sum += v.unwrap(),
                recv(b) -> v => sum += v.unwrap(),
            }
        }
        return sum;
    }
    let mut select = Select::new();
    for rx in rxs {
        select.recv(rx);
    }
    for _ in 0..n {
        let won = select.select();
        let index = won.index();
        sum += won.recv(&rxs[index]).unwrap();
    }
    sum
}

fn select_over(workers: usize, n: u64, k: u64) -> Outcome {
    pin(workers);
    let each = n / k;
    let (txs, rxs): (Vec<_>, Vec<_>) = (0..k).map(|_| bounded::<u64>(0)).unzip();
    let watch = Stopwatch::start();
    // The receiver ends outlive the senders, so no case is ready because of a disconnection.
    for tx in txs.iter().cloned() {
        thread::spawn(move || (0..each).for_each(|i| tx.send(i).unwrap()));
    }
    let sum = receive(&rxs, each * k);
    let r = watch.per(each * k);
    check(sum == k * (each * (each - 1) / 2), "select");
    r
}

fn select_idle(workers: usize, n: u64) -> Outcome {
    pin(workers);
    let (txs, rxs): (Vec<_>, Vec<_>) = (0..8).map(|_| bounded::<u64>(0)).unzip();
    let watch = Stopwatch::start();
    let tx = txs[4].clone();
    thread::spawn(move || (0..n).for_each(|i| tx.send(i).unwrap()));
    let sum = receive(&rxs, n);
    let r = watch.per(n);
    check(sum == n * (n - 1) / 2, "select idle");
    r
}

fn tryselect1(_: usize, n: u64) -> Outcome {
    let (_tx, rx) = bounded::<u64>(0);
    let mut misses = 0;
    let watch = Stopwatch::start();
    for _ in 0..n {
        select! {
            recv(rx) -> _ => {},
            default => misses += 1,
        }
    }
    let r = watch.per(n);
    check(misses == n, "tryselect1");
    r
}

fn tryselect2(_: usize, n: u64) -> Outcome {
    let (_ta, a) = bounded::<u64>(0);
    let (_tb, b) = bounded::<u64>(0);
    let mut misses = 0;
    let watch = Stopwatch::start();
    for _ in 0..n {
        select! {
            recv(a) -> _ => {},
            recv(b) -> _ => {},
            default => misses += 1,
        }
    }
    let r = watch.per(n);
    check(misses == n, "tryselect2");
    r
}

fn pipeline(workers: usize, n: u64, capacity: usize) -> Outcome {
    pin(workers);
    const STAGES: u64 = 16;
    let (first, mut last) = bounded::<u64>(capacity);
    for _ in 0..STAGES {
        let (tx, rx) = bounded::<u64>(capacity);
        let input = std::mem::replace(&mut last, rx);
        thread::spawn(move || input.iter().for_each(|v| tx.send(v + 1).unwrap()));
    }
    let watch = Stopwatch::start();
    thread::spawn(move || (0..n).for_each(|i| first.send(i).unwrap()));
    let sum: u64 = last.iter().sum();
    let r = watch.per(n);
    check(sum == n * (n - 1) / 2 + n * STAGES, "pipeline");
    r
}
