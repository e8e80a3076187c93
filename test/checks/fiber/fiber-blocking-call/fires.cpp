// Calls in goroutines that block their thread.
// flags: -isystem %runtime
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iostream>
#include <mutex>
#include <netdb.h>
#include <poll.h>
#include <runnel/runnel.h>
#include <semaphore.h>
#include <latch>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
using namespace std::chrono_literals;

std::mutex mu;
std::condition_variable cv;
bool ready = false;
sem_t permits;
std::latch all_there(3);

RUNNEL_BLOCKING void query(const char* sql); // a library's

void sleeps() {
  std::this_thread::sleep_for(1s); // expect: fiber-blocking-call "'std::this_thread::sleep_for' sleeps, and with it every goroutine"
  ::sleep(1);                      // expect: fiber-blocking-call "'sleep' sleeps"
  usleep(10);                      // expect: fiber-blocking-call "'usleep' sleeps"
}
void network(int fd, char* buf) {
  sockaddr addr{};
  connect(fd, &addr, sizeof addr); // expect: fiber-blocking-call "'connect' waits for the network"
  recv(fd, buf, 10, 0);            // expect: fiber-blocking-call "'recv' waits for the network"
  addrinfo* found;
  getaddrinfo("example.org", "80", nullptr, &found); // expect: fiber-blocking-call "'getaddrinfo'"
  pollfd p{fd, POLLIN, 0};
  poll(&p, 1, 1000); // expect: fiber-blocking-call "'poll'"
}
void files(int fd, char* buf) {
  read(fd, buf, 10); // expect: fiber-blocking-call "'read' waits for a file"
  fsync(fd);         // expect: fiber-blocking-call "'fsync' waits for a file"
  std::string line;
  std::getline(std::cin, line); // expect: fiber-blocking-call "'std::getline'"
}
void processes() {
  std::system("make"); // expect: fiber-blocking-call "'system' waits for another process"
  int status;
  waitpid(1, &status, 0); // expect: fiber-blocking-call "'waitpid'"
}
void threads() {
  std::thread t([] {});
  t.join(); // expect: fiber-blocking-call "joining 't' waits for a thread"
  std::future<int> f = std::async([] { return 1; });
  f.get(); // expect: fiber-blocking-call "waiting for 'f' waits for another thread"
}
void counts() {
  sem_wait(&permits); // expect: fiber-blocking-call "waiting on 'permits'"
  all_there.wait();   // expect: fiber-blocking-call "waiting on 'all_there'"
}
void condition() {
  std::unique_lock hold(mu);
  cv.wait(hold, [] { return ready; }); // expect: fiber-blocking-call "'cv.wait' waits for another thread"
}
void library() {
  query("select 1"); // expect: fiber-blocking-call "'query' blocks"
}

void deeper() { ::sleep(2); } // expect: fiber-blocking-call "'sleep'"
struct Job {
  virtual ~Job() = default;
  virtual void run() = 0;
};
struct Slow final : Job {
  void run() override { deeper(); } // note: "which calls 'deeper' here"
};

int main(int, char** argv) {
  runnel::go(sleeps);
  runnel::go([=] { network(0, argv[0]); }); // note: "a goroutine that runs a lambda in 'main' starts here"
  runnel::wait_group all;
  all.go([=] { files(0, argv[0]); });
  runnel::group g;
  g.go(processes);
  g.go([] { threads(), counts(), condition(), library(); });
  auto h = runnel::spawn([] { Slow s; s.run(); });
  return runnel::run([] {
    ::sleep(3); // expect: fiber-blocking-call
    runnel::go([] {
      std::this_thread::sleep_until(std::chrono::steady_clock::now()); // expect: fiber-blocking-call
    });
  });
}
