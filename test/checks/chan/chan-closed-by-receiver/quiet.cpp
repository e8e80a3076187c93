// Those who send last close.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <optional>
#include <vector>
using namespace std::chrono_literals;
bool enough(int);
int next();

void sender_closes() {
  runnel::channel<int> c;
  runnel::go([=] {
    c.send(next());
    c.close(); // trap: it sends
  });
  for (int v : c)
    (void)v;
}

void waits_for_the_senders() {
  runnel::channel<int> c(16);
  runnel::wait_group wg;
  for (int i = 0; i < 4; ++i)
    wg.go([=] { c.send(next()); });
  wg.wait();
  c.close(); // trap: all of them are done
  for (int v : c)
    (void)v;
}

void one_answer() {
  runnel::channel<int> c;
  runnel::go([=] { c.send(next()); });
  c.recv();
  c.close(); // trap: one was sent, one was taken
}

void counted(int n) {
  runnel::channel<int> c;
  for (int i = 0; i < n; ++i)
    runnel::go([=] { c.send(i); });
  for (int i = 0; i < n; ++i)
    c.recv();
  c.close(); // trap: as many as were sent
}

void told_by_another() {
  runnel::channel<int> c;
  runnel::channel<void> done;
  runnel::go([=] {
    for (int i = 0; i < 9; ++i)
      c.send(i);
    done.close();
  });
  while (!enough(*c.recv()))
    ;
  done.recv();
  c.close(); // trap: the sender has said that it is done
}

void stop_channel() {
  runnel::channel<void> stop;
  runnel::go([=] { stop.recv(); });
  stop.close(); // trap: nobody sends on it
}

void conversation() {
  runnel::channel<int> c;
  runnel::go([=] {
    c.recv();
    c.send(1);
  });
  c.send(0);
  c.recv();
  c.close(); // trap: this one sends too
}

void joined() {
  runnel::channel<int> c;
  auto sender = runnel::spawn([=] {
    while (!enough(0))
      c.send(next());
  });
  for (int v : c)
    if (enough(v))
      break;
  sender.join();
  c.close(); // trap: the sender has ended
}

void tries() {
  runnel::channel<int> c(1);
  runnel::go([=] {
    while (!enough(0))
      if (c.try_send(1) == runnel::send_status::closed)
        return;
  });
  for (int v : c)
    if (enough(v))
      break;
  c.close(); // trap: who only tries is told that it is closed
}
