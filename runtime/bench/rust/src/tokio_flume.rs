// tokio tasks with flume channels (tokio has no rendezvous channel; flume's bounded(0) is one). One
// worker is tokio's current-thread scheduler, its fastest; more are the multi-thread one. No select
// rows: a flume receiver has none for tasks but select! over futures made anew for each message.
use crate::{check, quantile_us, resident_bytes, Lcg, Outcome, Run, Stopwatch};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::yield_now;

pub const WORKLOADS: &[(&str, Run)] = &[
    ("pingpong", |w, n| on(w, pingpong(n))),
    ("spsc128", |w, n| on(w, spsc128(n))),
    ("mpmc64", |w, n| on(w, mpmc(n, 64))),
    ("mpmc0", |w, n| on(w, mpmc(n, 0))),
    ("spawnall", |w, n| on(w, spawnall(n))),
    ("spawnone", |w, n| on(w, spawnone(n))),
    ("parked", |w, n| on(w, parked(n))),
    ("unstarted", |w, n| on(w, unstarted(n))),
    ("skynet", |w, n| on(w, skynet_root(n))),
    ("sieve", |w, n| on(w, sieve(n))),
    ("ring", |w, n| on(w, ring(n))),
    ("mutex8", |w, n| on(w, contend(n, 8))),
    ("mutex64", |w, n| on(w, contend(n, 64))),
    ("timers", |w, n| on(w, timers(n))),
    ("yield", |w, n| on(w, yields(n))),
    ("pipe0", |w, n| on(w, pipeline(n, 0))),
    ("pipe64", |w, n| on(w, pipeline(n, 64))),
];

fn on(workers: usize, body: impl Future<Output = Outcome> + Send + 'static) -> Outcome {
    let mut builder = if workers == 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let rt = builder.worker_threads(workers).enable_time().build().unwrap();
    // The body is a task, not the block_on future, so that it runs on a worker like the others.
    let r = rt.block_on(async { tokio::spawn(body).await.unwrap() });
    rt.shutdown_background();
    r
}

async fn pingpong(n: u64) -> Outcome {
    let (ping, ping_rx) = flume::bounded::<u64>(0);
    let (pong_tx, pong) = flume::bounded::<u64>(0);
    let other = tokio::spawn(async move {
        while let Ok(v) = ping_rx.recv_async().await {
            pong_tx.send_async(v + 1).await.unwrap();
        }
    });
    let watch = Stopwatch::start();
    let mut v = 0;
    for _ in 0..n {
        ping.send_async(v).await.unwrap();
        v = pong.recv_async().await.unwrap();
    }
    let r = watch.per(n);
    drop(ping);
    other.await.unwrap();
    check(v == n, "pingpong");
    r
}

async fn spsc128(n: u64) -> Outcome {
    let (tx, rx) = flume::bounded::<u64>(128);
    let watch = Stopwatch::start();
    tokio::spawn(async move {
        for i in 0..n {
            tx.send_async(i).await.unwrap();
        }
    });
    let mut sum = 0;
    while let Ok(v) = rx.recv_async().await {
        sum += v;
    }
    let r = watch.per(n);
    check(sum == n * (n - 1) / 2, "spsc128");
    r
}

async fn mpmc(n: u64, capacity: usize) -> Outcome {
    const SIDE: u64 = 8;
    let each = n / SIDE;
    let (tx, rx) = flume::bounded::<u64>(capacity);
    let watch = Stopwatch::start();
    let mut consumers = Vec::new();
    for _ in 0..SIDE {
        let tx = tx.clone();
        tokio::spawn(async move {
            for i in 0..each {
                tx.send_async(i).await.unwrap();
            }
        });
        let rx = rx.clone();
        consumers.push(tokio::spawn(async move {
            let mut sum = 0;
            while let Ok(v) = rx.recv_async().await {
                sum += v;
            }
            sum
        }));
    }
    drop(tx);
    let mut total = 0;
    for c in consumers {
        total += c.await.unwrap();
    }
    let r = watch.per(each * SIDE);
    check(total == SIDE * (each * (each - 1) / 2), "mpmc");
    r
}

async fn spawnall(n: u64) -> Outcome {
    let ran = Arc::new(AtomicU64::new(0));
    let watch = Stopwatch::start();
    let mut handles = Vec::with_capacity(n as usize);
    for _ in 0..n {
        let ran = ran.clone();
        handles.push(tokio::spawn(async move {
            ran.fetch_add(1, Relaxed);
        }));
    }
    for h in handles {
        h.await.unwrap();
    }
    let r = watch.per(n);
    check(ran.load(Relaxed) == n, "spawnall");
    r
}

async fn spawnone(n: u64) -> Outcome {
    let watch = Stopwatch::start();
    let mut ran = 0;
    for _ in 0..n {
        ran += tokio::spawn(async { 1 }).await.unwrap();
    }
    let r = watch.per(n);
    check(ran == n, "spawnone");
    r
}

// On tokio's own watch channel: a flume channel forgets its waiters in time quadratic in their number.
async fn parked(n: u64) -> Outcome {
    let (gate, gate_rx) = tokio::sync::watch::channel(0u64);
    let arrived = Arc::new(AtomicU64::new(0));
    let mut handles = Vec::with_capacity(n as usize);
    let before = resident_bytes();
    let watch = Stopwatch::start();
    for _ in 0..n {
        let (arrived, mut gate) = (arrived.clone(), gate_rx.clone());
        handles.push(tokio::spawn(async move {
            arrived.fetch_add(1, Relaxed);
            let _ = gate.changed().await;
        }));
    }
    while arrived.load(Relaxed) < n {
        yield_now().await;
    }
    let made = watch.per(n);
    let bytes = (resident_bytes() - before) / n as f64;
    drop(gate);
    for h in handles {
        h.await.unwrap();
    }
    watch.per(n).with("make", made.ns).with("bytes", bytes)
}

async fn unstarted(n: u64) -> Outcome {
    let ran = Arc::new(AtomicU64::new(0));
    let mut handles = Vec::with_capacity(n as usize);
    let before = resident_bytes();
    let watch = Stopwatch::start();
    for _ in 0..n {
        let ran = ran.clone();
        handles.push(tokio::spawn(async move {
            ran.fetch_add(1, Relaxed);
        }));
    }
    let r = watch.per(n);
    let early = ran.load(Relaxed) as f64;
    let bytes = (resident_bytes() - before) / n as f64;
    for h in handles {
        h.await.unwrap();
    }
    r.with("bytes", bytes).with("ran", early)
}

fn skynet(out: flume::Sender<u64>, number: u64, size: u64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if size == 1 {
            out.send_async(number).await.unwrap();
            return;
        }
        let (tx, rx) = flume::bounded::<u64>(0);
        for i in 0..10 {
            tokio::spawn(skynet(tx.clone(), number + i * (size / 10), size / 10));
        }
        let mut sum = 0;
        for _ in 0..10 {
            sum += rx.recv_async().await.unwrap();
        }
        out.send_async(sum).await.unwrap();
    })
}

async fn skynet_root(n: u64) -> Outcome {
    let mut leaves = 1;
    while leaves * 10 <= n {
        leaves *= 10;
    }
    let (tx, rx) = flume::bounded::<u64>(0);
    let watch = Stopwatch::start();
    tokio::spawn(skynet(tx, 0, leaves));
    let sum = rx.recv_async().await.unwrap();
    let r = watch.per(leaves);
    check(sum == leaves * (leaves - 1) / 2, "skynet");
    r
}

async fn sieve(n: u64) -> Outcome {
    let watch = Stopwatch::start();
    let (tx, mut input) = flume::bounded::<u64>(0);
    tokio::spawn(async move {
        for i in 2.. {
            if tx.send_async(i).await.is_err() {
                return;
            }
        }
    });
    let mut prime = 0;
    for _ in 0..n {
        prime = input.recv_async().await.unwrap();
        let (tx, rx) = flume::bounded::<u64>(0);
        let filtered = std::mem::replace(&mut input, rx);
        tokio::spawn(async move {
            while let Ok(v) = filtered.recv_async().await {
                if v % prime != 0 && tx.send_async(v).await.is_err() {
                    return;
                }
            }
        });
    }
    watch.per(n).with("last", prime as f64)
}

async fn ring(n: u64) -> Outcome {
    const SIZE: u64 = 10_000;
    let rounds = (n / SIZE).max(1);
    let (first, mut last) = flume::bounded::<u64>(0);
    for _ in 1..SIZE {
        let (tx, rx) = flume::bounded::<u64>(0);
        let input = std::mem::replace(&mut last, rx);
        tokio::spawn(async move {
            while let Ok(v) = input.recv_async().await {
                tx.send_async(v + 1).await.unwrap();
            }
        });
    }
    let mut v = 0;
    let mut watch = Stopwatch::start();
    for i in 0..=rounds {
        if i == 1 {
            watch = Stopwatch::start(); // the first round starts the members and is not counted
        }
        first.send_async(v).await.unwrap();
        v = last.recv_async().await.unwrap() + 1;
    }
    let r = watch.per(rounds * SIZE);
    check(v == (rounds + 1) * SIZE, "ring");
    r
}

async fn contend(n: u64, contenders: u64) -> Outcome {
    let each = n / contenders;
    let counter = Arc::new(tokio::sync::Mutex::new(0u64));
    let mut handles = Vec::new();
    let watch = Stopwatch::start();
    for _ in 0..contenders {
        let counter = counter.clone();
        handles.push(tokio::spawn(async move {
            for _ in 0..each {
                *counter.lock().await += 1;
            }
        }));
    }
    for h in handles {
        h.await.unwrap();
    }
    let r = watch.per(each * contenders);
    check(*counter.lock().await == each * contenders, "mutex");
    r
}

async fn timers(n: u64) -> Outcome {
    let mut random = Lcg::new();
    let mut handles = Vec::with_capacity(n as usize);
    let watch = Stopwatch::start();
    let began = Instant::now();
    for _ in 0..n {
        let due = began + Duration::from_secs(1) + Duration::from_micros(random.next() % 1_000_000);
        handles.push(tokio::spawn(async move {
            tokio::time::sleep_until(due.into()).await;
            Instant::now().duration_since(due).as_nanos() as i64
        }));
    }
    let mut late = Vec::with_capacity(n as usize);
    for h in handles {
        late.push(h.await.unwrap());
    }
    let r = watch.per(n);
    let (p50, p99) = (quantile_us(&mut late, 0.50), quantile_us(&mut late, 0.99));
    r.with("p50_late_us", p50).with("p99_late_us", p99)
}

async fn yields(n: u64) -> Outcome {
    const TASKS: u64 = 8;
    let mut handles = Vec::new();
    let watch = Stopwatch::start();
    for _ in 0..TASKS {
        handles.push(tokio::spawn(async move {
            for _ in 0..n / TASKS {
                yield_now().await;
            }
        }));
    }
    for h in handles {
        h.await.unwrap();
    }
    watch.per(n / TASKS * TASKS)
}

async fn pipeline(n: u64, capacity: usize) -> Outcome {
    const STAGES: u64 = 16;
    let (first, mut last) = flume::bounded::<u64>(capacity);
    for _ in 0..STAGES {
        let (tx, rx) = flume::bounded::<u64>(capacity);
        let input = std::mem::replace(&mut last, rx);
        tokio::spawn(async move {
            while let Ok(v) = input.recv_async().await {
                tx.send_async(v + 1).await.unwrap();
            }
        });
    }
    let watch = Stopwatch::start();
    tokio::spawn(async move {
        for i in 0..n {
            first.send_async(i).await.unwrap();
        }
    });
    let mut sum = 0;
    while let Ok(v) = last.recv_async().await {
        sum += v;
    }
    let r = watch.per(n);
    check(sum == n * (n - 1) / 2 + n * STAGES, "pipeline");
    r
}
