//===- fiber-blocking-call.cpp - Goroutines that block their thread -------===//

#include "checks/Check.h"
#include "checks/UnderLock.h"
#include "checks/analysis/Paths.h"
#include "checks/fiber/Way.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::fiber {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;

/// Calls on files that wait for the device, or for somebody who types. Writing
/// fills a buffer, as a rule, and names are looked up in memory.
static bool isSlow(llvm::StringRef Name) {
  static const llvm::StringRef Slow[] = {
      "read",     "readv",     "pread",
      "preadv",   "fread",     "fgets",
      "fgetc",    "getc",      "getchar",
      "fscanf",   "scanf",     "getline",
      "getdelim", "fsync",     "fdatasync",
      "sync",     "syncfs",    "flock",
      "lockf",    "sendfile",  "copy_file_range",
      "copy",     "copy_file", "remove_all"};
  const size_t Colon = Name.rfind(':');
  return llvm::is_contained(
      Slow, Colon == llvm::StringRef::npos ? Name : Name.substr(Colon + 1));
}

namespace {

class Pass {
public:
  Pass(const Facts &F, const Options &O)
      : F(F), P(F.program()), AllFiles(O.get("AllFileCalls", false)) {}

  std::vector<Finding> run() {
    std::vector<Finding> Out;
    for (const Function *Fn : F.goroutines().functions())
      if (F.goroutines().runs(*Fn))
        forEachEvent(*Fn, [&](Point At, const Event &E) {
          if (std::string What = blocks(*Fn, At, E); !What.empty())
            Out.push_back(tell(*Fn, At, E, What));
        });
    return Out;
  }

private:
  static std::string quoted(llvm::StringRef Name) {
    return "'" + Name.str() + "'";
  }

  /// What the event waits for, as the end of the message; empty if it does not
  /// block the thread.
  std::string blocks(const Function &Fn, Point At, const Event &E) const {
    if (E.has(ir::Try | ir::Implicit | ir::InPredicate))
      return {};
    switch (E.What) {
    case Op::Block:
      return call(Fn, At, E);
    case Op::Wait:
      if (E.Subject == ir::NoPlace || aware(Fn, E.Subject) ||
          Fn.place(E.Subject).Type.Is != ir::Role::CondVar)
        return {};
      return quoted(pretty(Fn, Fn.place(E.Subject)) + ".wait") +
             " waits for another thread";
    case Op::Join:
    case Op::CountWait:
      return join(Fn, E);
    default:
      return {};
    }
  }

  bool aware(const Function &Fn, ir::PlaceId Id) const {
    return Fn.place(Id).Type.has(ir::FiberAware);
  }

  std::string join(const Function &Fn, const Event &E) const {
    if (E.Subject == ir::NoPlace || aware(Fn, E.Subject))
      return {};
    const std::string Name = quoted(pretty(Fn, Fn.place(E.Subject)));
    switch (Fn.place(E.Subject).Type.Is) {
    case ir::Role::Thread:
    case ir::Role::JoiningThread:
      return "joining " + Name + " waits for a thread";
    case ir::Role::Future:
      return "waiting for " + Name + " waits for another thread";
    case ir::Role::Semaphore:
    case ir::Role::Latch:
    case ir::Role::Barrier:
      return "waiting on " + Name + " waits for other threads";
    default:
      return {};
    }
  }

  std::string call(const Function &Fn, Point At, const Event &E) const {
    const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
    if (Callee && (Callee->Offloads || Callee->Hosts || Callee->Suspends))
      return {};
    if (F.goroutines().isOffloaded(Fn, At))
      return {};
    const std::string Id = Callee ? Callee->Id.str().str() : "the call";
    const llvm::StringRef Kind = E.Text.str();
    if (Kind == "file") {
      if (!AllFiles &&
          (!isSlow(Id) || scope::isDiagnostic(P, Fn) || readsMemory(Fn, E)))
        return {};
      return quoted(Id) + " waits for a file";
    }
    if (Kind == "sleep")
      return quoted(Id) + " sleeps";
    if (Kind == "network")
      return quoted(Id) + " waits for the network";
    if (Kind == "process")
      return quoted(Id) + " waits for another process";
    // Annotated: what it waits for shows in its body, if there is one.
    if (Callee && Callee->Defined &&
        llvm::any_of(F.summaries().of(*Callee).Effects, mayLeaveThread))
      return {};
    return quoted(Id) + " blocks";
  }

  /// std::getline of a string that is in memory already.
  static bool readsMemory(const Function &Fn, const Event &E) {
    return llvm::any_of(E.Args, [&](const ir::Operand &O) {
      return O.Place != ir::NoPlace &&
             Fn.place(O.Place).Type.Spelling.str().contains("stringstream");
    });
  }

  Finding tell(const Function &Fn, Point At, const Event &E,
               const std::string &What) const {
    Finding Found;
    Found.Check = "runnel-fiber-blocking-call";
    Found.Where = E.Where;
    Found.Symbol = Fn.Id.str().str();
    Found.Message =
        What + ", and with it every goroutine whose turn comes on this thread";
    tellWay(F, Fn, Found);
    Found.Notes.push_back({E.Where, advice(E)});
    if (isOurs(F, Fn) && !F.held(Fn).before(At).anyHere())
      addFix(E, Found);
    return Found;
  }

  static bool isSleepFor(const Event &E) {
    return E.Spelling.str().ends_with("this_thread::sleep_for");
  }

  std::string advice(const Event &E) const {
    if (E.What == Op::Wait)
      return "a runnel::condition_variable with a runnel::mutex, or a channel, "
             "suspends the goroutine alone";
    if (E.What == Op::CountWait)
      return "runnel has semaphores, latches and barriers that suspend the "
             "goroutine alone";
    if (E.Text == "sleep")
      return "runnel::sleep_for suspends the goroutine alone";
    return "runnel::blocking([&] { ... }) lets the other goroutines go on in "
           "another thread meanwhile";
  }

  void addFix(const Event &E, Finding &Found) const {
    if (!E.Where.editable() || E.What == Op::Wait || E.What == Op::CountWait)
      return;
    if (isSleepFor(E)) {
      ir::Range Callee = E.Where;
      Callee.Length = E.Spelling.str().size();
      Found.Fixes.push_back(
          {"sleep as a goroutine", {{Callee, "runnel::sleep_for"}}});
      return;
    }
    Found.Fixes.push_back(
        {"let the others go on meanwhile",
         {{beforeOf(E.Where), "runnel::blocking([&] { return "},
          {behind(E.Where), "; })"}}});
  }

  const Facts &F;
  const ir::Program &P;
  const bool AllFiles;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &O) {
  return Pass(F, O).run();
}

static const OptionInfo Known[] = {
    {"AllFileCalls", "false",
     "report calls on files that are quick as a rule, and those of functions "
     "that log"}};

static const CheckRegistration X("runnel-fiber-blocking-call", Level::Default,
                                 run, Known, /*WholeProgram=*/true);

} // namespace runnel::fiber
