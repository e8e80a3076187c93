//===- scope-blocking-call.cpp - Calls that block under a lock ------------===//

#include "checks/Check.h"
#include "checks/Habits.h"
#include "checks/Narrow.h"
#include "checks/UnderLock.h"
#include "checks/scope/LockPurpose.h"
#include "checks/scope/NonBlocking.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;

namespace {

/// Calls on files that return at once, as a rule: they change names, close, or
/// fill a buffer. Holding a lock across one is nothing to act upon.
bool isQuick(llvm::StringRef Name) {
  static const llvm::StringRef Quick[] = {"close",
                                          "unlink",
                                          "unlinkat",
                                          "mkdir",
                                          "rmdir",
                                          "link",
                                          "symlink",
                                          "rename",
                                          "renameat",
                                          "fclose",
                                          "fgetc",
                                          "getc",
                                          "fputs",
                                          "ftruncate",
                                          "truncate",
                                          "remove",
                                          "opendir",
                                          "readdir",
                                          "create_directory",
                                          "exists"};
  return llvm::is_contained(
      Quick, Name.rsplit(':').second.empty() ? Name : Name.rsplit(':').second);
}

/// write(fd, "x", 1): wakes another thread through a pipe or an eventfd, whose
/// eight bytes are read once it has been polled.
bool isWakeUp(const ir::Event &Call, llvm::StringRef Name) {
  if (Name == "read" && Call.Args.size() == 3 &&
      Call.Args[2].How == ir::Operand::Number && Call.Args[2].Value == 8)
    return true;
  return (Name.contains("write") || Name.contains("send")) &&
         Call.Args.size() >= 3 && Call.Args[2].How == ir::Operand::Number &&
         Call.Args[2].Value <= 16;
}

class Pass {
public:
  Pass(const Facts &F, const Options &O)
      : F(F), Purpose(F), Sockets(F.program()),
        AllFiles(O.get("AllFileCalls", false)), MaxHops(O.get("MaxCalls", 3L)) {
  }

  std::vector<Finding> run() {
    std::vector<Alike> Findings;
    for (const Group &G :
         effectsUnderLocks(F, {Effect::Block, Effect::Wait},
                           [&](const UnderLock &U) { return isWanted(U); })) {
      const Effect &E = G.front().What;
      const std::string Called = E.Via ? functionName(F.program(), *E.Via)
                                       : calleeName(F.program(), E);
      Findings.push_back({lockKey(F, G.front()) + " " + Called,
                          functionName(F.program(), *G.front().In) + " calls " +
                              Called + " under it, too",
                          tell(G)});
    }
    return foldAlike(std::move(Findings), /*MinFiles=*/2);
  }

private:
  bool isWanted(const UnderLock &U) const {
    const Effect &E = U.What;
    if (E.Hops > static_cast<unsigned long>(MaxHops))
      return false;
    // What is waited for with a lock that cannot be told may be ours.
    if (E.What == Effect::Wait)
      return E.Hops <= 1 && !E.Released.empty() &&
             !(E.Flags & ir::WithTimeout) &&
             llvm::all_of(E.Released,
                          [](const ir::Place &P) { return isDefinite(P); });
    if (E.Flags & (ir::Try | ir::Implicit))
      return false;
    const std::vector<TraceStep> Steps = F.summaries().trace(*U.In, E);
    if (Steps.empty())
      return true;
    const llvm::StringRef Kind = E.Text.str();
    const ir::Function *Callee =
        E.Callee ? F.program().function(E.Callee) : nullptr;
    const llvm::StringRef Name = Callee ? Callee->Id.str() : E.Callee.str();
    const TraceStep &Last = Steps.back();
    if (!AllFiles && isWakeUp(eventAt(*Last.In, Last.At), Name))
      return false;
    if (Sockets.isLikely(*Last.In, Name))
      return false;
    // With flags that cannot be told it may be told to ask no server.
    const ir::Event &Call = eventAt(*Last.In, Last.At);
    if (Name == "getnameinfo" && Call.Args.size() > 6 &&
        Call.Args[6].How != ir::Operand::Number)
      return false;
    // Of no host it asks no server.
    if (Name == "getaddrinfo" && !Call.Args.empty() &&
        Call.Args[0].How == ir::Operand::Null)
      return false;
    if (Kind == "file" && !AllFiles) {
      if (isQuick(Name))
        return false;
      if (!Name.contains("sync"))
        for (const TraceStep &S : Steps)
          if (isDiagnostic(F.program(), *S.In) ||
              (S.Calls && isDiagnostic(F.program(), *S.Calls)))
            return false;
    }
    return !Purpose.serialises(U);
  }

  std::string waitsFor(const Effect &E) const {
    if (E.What == Effect::Wait)
      return " waits for another thread";
    const llvm::StringRef Kind = E.Text.str();
    if (Kind == "sleep")
      return " sleeps";
    if (Kind == "file")
      return " waits for a file";
    if (Kind == "network")
      return " waits for the network";
    if (Kind == "process")
      return " waits for another process";
    return " blocks";
  }

  Finding tell(const Group &G) const {
    const UnderLock &First = G.front();
    const Effect &E = First.What;
    const ir::Program &P = F.program();
    const std::string Name = E.What == Effect::Wait
                                 ? "'" + pretty(*First.In, E.On) + ".wait'"
                                 : calleeName(P, E);
    const std::string Subject =
        E.Via ? functionName(P, *E.Via) + " calls " + Name + ", which" : Name;
    Finding Found = startFinding(F, G, "runnel-scope-blocking-call",
                                 Subject + waitsFor(E) + " while " +
                                     lockName(F, First) + " is held",
                                 "calls " + Name, "blocks here too");
    if (E.Via && E.Hops > 1)
      Found.Message = functionName(P, *E.Via) + " ends in " + Name + ", which" +
                      waitsFor(E) + " while " + lockName(F, First) + " is held";
    advise(Found, G,
           E.What == Effect::Wait
               ? "release " + lockName(F, First) +
                     " before waiting, or wait with it"
               : "take what is needed under " + lockName(F, First) +
                     ", release it, then make the call");
    if (std::optional<Fix> Fix =
            narrow(F, *First.In, First.Held.At, pointsOf(G)))
      Found.Fixes.push_back(std::move(*Fix));
    return Found;
  }

  const Facts &F;
  const LockPurpose Purpose;
  const NonBlocking Sockets;
  const bool AllFiles;
  const long MaxHops;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &O) {
  return Pass(F, O).run();
}

static const OptionInfo Known[] = {
    {"AllFileCalls", "false",
     "report quick calls on files, log output and wake-up writes too"},
    {"MaxCalls", "3", "how many calls away a blocking call is still reported"}};

static const CheckRegistration X("runnel-scope-blocking-call", Level::Default,
                                 run, Known, /*WholeProgram=*/true);

} // namespace runnel::scope
