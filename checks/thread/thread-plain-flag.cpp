//===- thread-plain-flag.cpp - Threads that are told to stop by a bool ----===//
//
// A loop on a thread looks at a plain variable; the function that sets it then
// waits for that thread to end. So the two are different threads, and without a
// lock or an atomic the look and the write are a data race.
//
//===----------------------------------------------------------------------===//

#include "checks/Check.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/DataUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"
#include "checks/analysis/Summaries.h"
#include "checks/thread/MakeAtomic.h"
#include "checks/thread/OnThreads.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

namespace {
/// What decides on a way out of a loop, or in one.
struct Look {
  const ir::Function *In = nullptr;
  ir::Range Where;
};

class PlainFlags {
public:
  explicit PlainFlags(const Facts &F)
      : F(F), P(F.program()), Threads(onThreads(F)) {}

  std::vector<Finding> run() {
    std::map<Entity, Look> Looks;
    std::set<Entity> Flags;
    for (const ir::Function &Fn : P.module().Functions)
      if (Threads.contains(&Fn) && !Fn.System)
        for (ir::BlockId B = 0; B != Fn.Blocks.size(); ++B)
          look(Fn, B, Looks, Flags);
    if (Flags.empty())
      return {};
    const DataUses Uses(P, Flags, &F.conditions().arguments());
    for (const auto &[Flag, Seen] : Looks)
      if (const DataUse *Set = setFromOutside(Uses.of(Flag)))
        report(Flag, Seen, *Set);
    return std::move(Out);
  }

private:
  static bool isFlag(const ir::TypeRef &T) {
    return T.Scalar && !T.indirect() && !T.Array && !T.Volatile && !T.Const &&
           T.Is != ir::Role::Atomic &&
           // What handlers of signals set.
           !llvm::StringRef(T.Spelling.str()).contains("atomic");
  }

  void look(const ir::Function &Fn, ir::BlockId B, std::map<Entity, Look> &To,
            std::set<Entity> &Flags) const {
    const ir::Block &Block = Fn.Blocks[B];
    if (Block.Succs.size() != 2 || Block.Cond.Reads.size() != 1 ||
        !inLoop(Fn, B))
      return;
    const Entity E = entityOf(P, Fn, Fn.place(Block.Cond.Reads[0]),
                              &F.conditions().arguments());
    if (E.How != LockClass::Field && E.How != LockClass::Global)
      return;
    const ir::TypeRef *T = typeOf(P, E);
    if (!T || !isFlag(*T))
      return;
    Flags.insert(E);
    ir::Range Where = Block.TermRange;
    for (const ir::Event &Each : Block.Events)
      if (Each.What == ir::Op::Access && Each.Subject == Block.Cond.Reads[0])
        Where = Each.Where;
    To.try_emplace(E, Look{&Fn, Where});
  }

  bool joins(const ir::Function &Fn, const ir::Event &E, Point At) const {
    if (E.What == ir::Op::Join)
      return true;
    return E.What == ir::Op::Call &&
           llvm::any_of(F.summaries().effectsAt(Fn, At), [](const Effect &Of) {
             return Of.What == Effect::Join && Of.Sure;
           });
  }

  /// Written with no lock on the way to a join; null if anything says that the
  /// accesses are ordered in another way.
  const DataUse *setFromOutside(llvm::ArrayRef<DataUse> Uses) const {
    const DataUse *Set = nullptr;
    for (const DataUse &U : Uses) {
      // Used under some lock: another check compares those.
      if (U.At.valid() && !F.held(*U.In).trivial() &&
          !F.held(*U.In).before(U.At).Holds.empty())
        return nullptr;
      if (U.How == DataUse::Read)
        continue;
      if (U.How != DataUse::Write || !U.Value || !U.At.valid())
        return nullptr;
      if (!Set && !Threads.contains(U.In) && isBeforeJoin(U))
        Set = &U;
    }
    return Set;
  }

  bool isBeforeJoin(const DataUse &U) const {
    const ir::Function &Fn = *U.In;
    std::set<const ir::Event *> Joins;
    bool Earlier = false;
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (!joins(Fn, E, At))
        return;
      Joins.insert(&E);
      // Written when the thread is over.
      const ir::Event *Write = &eventAt(Fn, U.At);
      Earlier |=
          nextAfter(
              Fn, At, [&](const ir::Event &Each) { return &Each == Write; },
              [](const ir::Event &) { return false; })
              .has_value();
    });
    return !Earlier &&
           nextAfter(
               Fn, U.At,
               [&](const ir::Event &E) { return Joins.count(&E) != 0; },
               [](const ir::Event &E) { return E.What == ir::Op::Spawn; })
               .has_value();
  }

  void report(const Entity &Flag, const Look &Seen, const DataUse &Set) {
    const std::string Name = nameOf(P, Flag);
    Finding Found;
    Found.Check = "runnel-thread-plain-flag";
    Found.Where = Seen.Where;
    Found.Symbol = className(P, Flag);
    Found.Message = "'" + Name +
                    "' is looked at by a thread while another sets it: a data "
                    "race, and the loop may never see it";
    Found.Notes.push_back({rangeAt(*Set.In, Set.At),
                           "it is set here, and the thread is waited for"});
    Found.Notes.push_back({whereIs(P, Flag),
                           "make it a std::atomic; to tell a thread to stop, "
                           "cancel a runnel::context or close a channel"});
    if (auto Atomic = makeAtomic(P, Flag))
      Found.Fixes.push_back(std::move(*Atomic));
    Found.Topics.push_back(Flag.Symbol.str().str());
    Found.CoveredBy = {"runnel-share-flag-polling"};
    Out.push_back(std::move(Found));
  }

  const Facts &F;
  const ir::Program &P;
  const llvm::DenseSet<const ir::Function *> Threads;
  std::vector<Finding> Out;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return PlainFlags(F).run();
}

static const CheckRegistration X("runnel-thread-plain-flag", Level::Default,
                                 run);

} // namespace runnel
