//===- web-recursive-read-lock.cpp - A shared lock below itself -----------===//

#include "checks/Check.h"
#include "checks/web/Story.h"

#include <set>

namespace runnel {

using analysis::Facts;
using analysis::LockClass;
using analysis::LockWitness;
using analysis::Reentry;

/// Where the program locks \p Lock for writing; null if nowhere.
static const ir::Event *writerOf(const Facts &F, const LockClass &Lock) {
  for (const ir::Function *Fn : F.callGraph().functions()) {
    const analysis::HeldLocks &H = F.held(*Fn);
    if (H.trivial() || llvm::none_of(H.locks(), [&](const ir::Place &P) {
          return analysis::lockClass(*Fn, P) == Lock;
        }))
      continue;
    const ir::Event *Found = nullptr;
    H.walk([&](analysis::Point At, const ir::Event &E,
               const analysis::LockState &Before) {
      if (Found || (E.What != ir::Op::Lock && E.What != ir::Op::GuardBegin &&
                    E.What != ir::Op::GuardLock))
        return;
      for (const analysis::Hold &Held : H.after(At, Before).Holds)
        if (Held.At == At && !Held.Shared &&
            Held.Is != analysis::Presence::No && H.classOf(Held.Lock) == Lock)
          Found = &E;
    });
    if (Found)
      return Found;
  }
  return nullptr;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  std::set<std::pair<const ir::Function *, analysis::Point>> Seen;
  for (const Reentry &R : F.lockGraph().reentries()) {
    const LockWitness &W = R.How;
    if (R.Recursive || !W.FirstShared || !W.SecondShared ||
        !web::isBelieved(F, W))
      continue;
    const ir::Event *Writer = writerOf(F, R.Lock);
    if (!Writer || !Seen.insert({W.In, W.Acquired}).second)
      continue;
    const std::string Lock = web::lockName(F.program(), *W.In, W.First);
    const std::string Who = web::functionName(F.program(), *W.In);
    Finding Found;
    Found.Check = "runnel-web-recursive-read-lock";
    Found.Where = analysis::rangeAt(*W.In, W.Acquired);
    Found.Message =
        "'" + Lock + "' is locked for reading again by '" + Who +
        "', which does so already: a writer that comes between stops both";
    web::tell(F, W, Lock, Lock, Found.Notes);
    Found.Notes.push_back({Writer->Where, "a writer waits for it here"});
    Found.Notes.push_back({Found.Where, "call a private helper that expects '" +
                                            Lock + "' to be locked"});
    Found.Symbol = Who;
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-web-recursive-read-lock",
                                 Level::Default, run, {},
                                 /*WholeProgram=*/true);

} // namespace runnel
