//===- Pool.cpp - Worker processes ----------------------------------------===//

#include "tool/driver/Pool.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <deque>
#include <fcntl.h>
#include <memory>
#include <new>
#include <poll.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runnel::tool {

namespace {
using Clock = std::chrono::steady_clock;

// A worker's exit status where memory ran out: told apart from a crash.
constexpr int MemoryStatus = 71;
// A worker that has grown past this is replaced between two messages.
constexpr uint64_t ReplaceAboveKb = 768 * 1024;

std::atomic<int> PendingSignal{0};
void onSignal(int Number) { PendingSignal = Number; }

// Catches SIGINT and SIGTERM while it lives.
class SignalScope {
public:
  SignalScope() {
    PendingSignal = 0;
    struct sigaction New = {};
    New.sa_handler = onSignal;
    sigaction(SIGINT, &New, &OldInt);
    sigaction(SIGTERM, &New, &OldTerm);
  }
  ~SignalScope() {
    sigaction(SIGINT, &OldInt, nullptr);
    sigaction(SIGTERM, &OldTerm, nullptr);
  }

private:
  struct sigaction OldInt = {}, OldTerm = {};
};

bool writeAll(int Fd, llvm::StringRef Bytes) {
  while (!Bytes.empty()) {
    ssize_t N = ::write(Fd, Bytes.data(), Bytes.size());
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0)
      return false;
    Bytes = Bytes.drop_front(N);
  }
  return true;
}

bool writeMessage(int Fd, llvm::StringRef Bytes) {
  uint64_t Size = Bytes.size();
  return writeAll(Fd, {reinterpret_cast<const char *>(&Size), sizeof(Size)}) &&
         writeAll(Fd, Bytes);
}

bool readAll(int Fd, char *To, size_t Size) {
  while (Size) {
    ssize_t N = ::read(Fd, To, Size);
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0)
      return false;
    To += N;
    Size -= N;
  }
  return true;
}

// One child process and the message it works on.
struct Worker {
  pid_t Pid = -1;
  int In = -1;  ///< we write
  int Out = -1; ///< we read
  int Err = -1; ///< a memory file its stderr goes to
  bool Busy = false;
  bool Fresh = true;
  size_t Message = 0;
  Clock::time_point Deadline;
  bool Killed = false;
  std::string Received;

  bool start(const Limits &L) {
    int ToChild[2], FromChild[2];
    if (::pipe2(ToChild, O_CLOEXEC) != 0)
      return false;
    if (::pipe2(FromChild, O_CLOEXEC) != 0) {
      ::close(ToChild[0]);
      ::close(ToChild[1]);
      return false;
    }
    Err = ::memfd_create("runnel-worker-stderr", MFD_CLOEXEC);
    const std::string Seconds = std::to_string(L.Seconds);
    const std::string Memory = std::to_string(L.MemoryMb);
    const char *Args[] = {"runnel",        "worker",   "--seconds",
                          Seconds.c_str(), "--memory", Memory.c_str(),
                          nullptr};
    const pid_t Parent = ::getpid();
    Pid = ::fork();
    if (Pid == 0) {
      // Ctrl-C goes to the whole group; the parent decides.
      ::signal(SIGINT, SIG_IGN);
      ::signal(SIGPIPE, SIG_DFL);
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != Parent)
        ::_exit(0);
      ::dup2(ToChild[0], 0);
      ::dup2(FromChild[1], 1);
      if (Err >= 0)
        ::dup2(Err, 2);
      ::execv("/proc/self/exe", const_cast<char *const *>(Args));
      ::execv(startedFile(), const_cast<char *const *>(Args)); // no /proc
      ::_exit(127);
    }
    ::close(ToChild[0]);
    ::close(FromChild[1]);
    In = ToChild[1];
    Out = FromChild[0];
    ::fcntl(Out, F_SETFL, O_NONBLOCK);
    Fresh = true;
    Busy = Killed = false;
    Received.clear();
    return Pid > 0;
  }

  /// Ends it and says how it ended.
  int stop(bool Kill) {
    ::close(In);
    ::close(Out);
    if (Kill)
      ::kill(Pid, SIGKILL);
    int Status = 0;
    while (::waitpid(Pid, &Status, 0) < 0 && errno == EINTR)
      ;
    Pid = -1;
    In = Out = -1;
    return Status;
  }

  std::string lastWords() {
    if (Err < 0)
      return "";
    off_t Size = ::lseek(Err, 0, SEEK_END);
    off_t From = Size > 2000 ? Size - 2000 : 0;
    std::string Text(Size - From, '\0');
    if (::pread(Err, Text.data(), Text.size(), From) < 0)
      Text.clear();
    ::close(Err);
    Err = -1;
    return llvm::StringRef(Text).trim().str();
  }

  /// The whole answer is there.
  bool complete() const {
    uint64_t Size;
    if (Received.size() < sizeof(Size))
      return false;
    memcpy(&Size, Received.data(), sizeof(Size));
    return Received.size() - sizeof(Size) >= Size;
  }
};

uint64_t residentKb(pid_t Pid) {
  const std::string File = "/proc/" + std::to_string(Pid) + "/statm";
  int Fd = ::open(File.c_str(), O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return 0;
  char Buffer[128] = {};
  ssize_t N = ::read(Fd, Buffer, sizeof(Buffer) - 1);
  ::close(Fd);
  unsigned long long Total = 0, Resident = 0;
  if (N <= 0 || ::sscanf(Buffer, "%llu %llu", &Total, &Resident) != 2)
    return 0;
  return Resident * (::sysconf(_SC_PAGESIZE) / 1024);
}
} // namespace

const char *startedFile() {
  const auto *File = reinterpret_cast<const char *>(::getauxval(AT_EXECFN));
  return File ? File : "";
}

unsigned usableCores() {
  cpu_set_t Set;
  if (::sched_getaffinity(0, sizeof(Set), &Set) == 0)
    return std::max(1, CPU_COUNT(&Set));
  return 1;
}

namespace {
// The loop of one run.
class Dispatcher {
public:
  Dispatcher(const Limits &L, const std::vector<std::string> &Messages,
             const std::function<void(size_t, Outcome)> &Done)
      : L(L), Messages(Messages), Done(Done) {
    for (size_t I = 0; I < Messages.size(); ++I)
      Waiting.push_back(I);
    Workers.resize(std::max<size_t>(
        1, std::min<size_t>(std::max(1u, L.Jobs), Messages.size())));
  }

  /// False if a signal came.
  bool run(const std::function<void()> &Tick) {
    while (Finished < Messages.size()) {
      if (PendingSignal) {
        stopAll();
        return false;
      }
      for (Worker &W : Workers)
        if (!W.Busy)
          feed(W);
      wait();
      Tick();
    }
    stopAll();
    return true;
  }

private:
  void finish(size_t Message, Outcome O) {
    ++Finished;
    Done(Message, std::move(O));
  }

  void feed(Worker &W) {
    while (!Waiting.empty() && !W.Busy) {
      if (W.Pid >= 0 && residentKb(W.Pid) > ReplaceAboveKb) {
        W.stop(false);
        W.lastWords();
      }
      const size_t Next = Waiting.front();
      Waiting.pop_front();
      if (W.Pid < 0 && !W.start(L)) {
        finish(Next, {Outcome::Crashed, "",
                      std::string("cannot start a worker process: ") +
                          strerror(errno),
                      0});
        continue;
      }
      W.Busy = true;
      W.Message = Next;
      // CPU time is what the worker limits itself by; a worker that sleeps (a
      // fifo among the headers) is ended by the wall clock, leniently.
      W.Deadline =
          Clock::now() + std::chrono::seconds(uint64_t(L.Seconds) * 4 + 10);
      if (!writeMessage(W.In, Messages[Next]))
        died(W);
    }
  }

  void died(Worker &W) {
    const size_t Message = W.Message;
    const bool WasFresh = W.Fresh, Killed = W.Killed;
    const int Status = W.stop(true);
    Outcome O;
    O.Said = W.lastWords();
    W.Busy = false;
    if (WIFSIGNALED(Status))
      O.Signal = WTERMSIG(Status);
    if (Killed || O.Signal == SIGXCPU)
      O.How = Outcome::TimedOut;
    else if (WIFEXITED(Status) && WEXITSTATUS(Status) == MemoryStatus)
      O.How = Outcome::OutOfMemory;
    else
      O.How = Outcome::Crashed;
    if (O.How == Outcome::OutOfMemory && !WasFresh) {
      Waiting.push_front(Message); // invariant 3; W is fresh when it comes up
      return;
    }
    finish(Message, std::move(O));
  }

  void receive(Worker &W) {
    char Buffer[1 << 16];
    for (;;) {
      ssize_t N = ::read(W.Out, Buffer, sizeof(Buffer));
      if (N > 0) {
        W.Received.append(Buffer, N);
        continue;
      }
      if (N < 0 && errno == EINTR)
        continue;
      if (N < 0 && errno == EAGAIN)
        break;
      if (!W.complete())
        return died(W);
      break;
    }
    if (!W.complete())
      return;
    Outcome O;
    O.Bytes = W.Received.substr(sizeof(uint64_t));
    W.Received.clear();
    W.Busy = W.Fresh = false;
    finish(W.Message, std::move(O));
  }

  void wait() {
    std::vector<pollfd> Fds;
    std::vector<Worker *> Who;
    Clock::time_point Next = Clock::now() + std::chrono::milliseconds(500);
    for (Worker &W : Workers)
      if (W.Busy) {
        Fds.push_back({W.Out, POLLIN, 0});
        Who.push_back(&W);
        Next = std::min(Next, W.Deadline);
      }
    if (Fds.empty())
      return;
    auto Left = std::chrono::duration_cast<std::chrono::milliseconds>(
        Next - Clock::now());
    int Ready =
        ::poll(Fds.data(), Fds.size(), std::max<int>(0, int(Left.count()) + 1));
    for (size_t I = 0; I < Fds.size(); ++I)
      if (Ready > 0 && Fds[I].revents)
        receive(*Who[I]);
    for (Worker &W : Workers)
      if (W.Busy && Clock::now() > W.Deadline) {
        W.Killed = true;
        died(W);
      }
  }

  void stopAll() {
    for (Worker &W : Workers)
      if (W.Pid >= 0) {
        // Nothing a worker does at exit matters: it is not waited for.
        W.stop(true);
        W.lastWords();
      }
  }

  const Limits &L;
  const std::vector<std::string> &Messages;
  const std::function<void(size_t, Outcome)> &Done;
  std::vector<Worker> Workers;
  std::deque<size_t> Waiting;
  size_t Finished = 0;
};
} // namespace

bool Pool::run(const std::vector<std::string> &Messages,
               const std::function<void(size_t, Outcome)> &Done,
               const std::function<void()> &Tick) {
  if (Messages.empty())
    return true;
  SignalScope Signals;
  Dispatcher D(L, Messages, Done);
  if (D.run(Tick))
    return true;
  InterruptSignal = PendingSignal;
  return false;
}

static void outOfMemory() { ::_exit(MemoryStatus); }
static void outOfMemoryInLlvm(void *, const char *, bool) { outOfMemory(); }

int serveMessages(const std::function<std::string(llvm::StringRef)> &Work,
                  Limits L) {
  std::set_new_handler(outOfMemory);
  llvm::install_bad_alloc_error_handler(outOfMemoryInLlvm);
  if (L.MemoryMb) {
    rlimit Data;
    ::getrlimit(RLIMIT_DATA, &Data);
    Data.rlim_cur = std::min<rlim_t>(Data.rlim_max, L.MemoryMb << 20);
    ::setrlimit(RLIMIT_DATA, &Data);
  }
  // No core file for somebody else's crash of a compiler.
  rlimit NoCore = {0, 0};
  ::setrlimit(RLIMIT_CORE, &NoCore);
  // The protocol owns descriptor 1: a stray print must not reach it.
  const int Answers = ::dup(1);
  ::dup2(2, 1);
  for (;;) {
    uint64_t Size;
    if (!readAll(0, reinterpret_cast<char *>(&Size), sizeof(Size)))
      return 0;
    std::string Message(Size, '\0');
    if (!readAll(0, Message.data(), Size))
      return 0;
    if (L.Seconds) {
      rusage Used;
      ::getrusage(RUSAGE_SELF, &Used);
      rlimit Cpu;
      ::getrlimit(RLIMIT_CPU, &Cpu);
      Cpu.rlim_cur = std::min<rlim_t>(Cpu.rlim_max, Used.ru_utime.tv_sec +
                                                        Used.ru_stime.tv_sec +
                                                        L.Seconds + 1);
      ::setrlimit(RLIMIT_CPU, &Cpu);
    }
    if (!writeMessage(Answers, Work(Message)))
      return 0;
  }
}

} // namespace runnel::tool
