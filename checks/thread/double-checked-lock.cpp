//===- double-checked-lock.cpp - First looks without a lock ---------------===//

#include "checks/Check.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"
#include "checks/thread/MakeAtomic.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel {

using namespace analysis;

namespace {
/// A condition on one variable, and whether a lock is held there.
struct Look {
  ir::BlockId Block;
  ir::PlaceId Of;
  bool Locked;
};
} // namespace

static bool isPlain(const ir::TypeRef &T) {
  return T.Is != ir::Role::Atomic &&
         (T.Pointer || T.Scalar || T.Is == ir::Role::OwningPointer ||
          T.Is == ir::Role::SharedPointer || T.Is == ir::Role::Optional);
}

/// `if (queue.empty())`: whether there is anything to take.
static bool asksIfEmpty(const ir::TypeRef &T, const ir::Condition &C) {
  return T.Is == ir::Role::Container && C.What == ir::Condition::Opaque &&
         (C.Text.str().contains(".empty()") ||
          C.Text.str().contains(".size()"));
}

static std::vector<Look> looksOf(const ir::Function &Fn, const HeldLocks &H) {
  std::vector<Look> Out;
  for (ir::BlockId B = 0; B != Fn.Blocks.size(); ++B) {
    const ir::Condition &C = Fn.Blocks[B].Cond;
    if ((C.What != ir::Condition::Truth && C.What != ir::Condition::Compare &&
         C.What != ir::Condition::Opaque) ||
        Fn.Blocks[B].Term != ir::Terminator::If)
      continue;
    ir::PlaceId Of = C.Subject;
    if (Of == ir::NoPlace && C.Reads.size() == 1)
      Of = C.Reads[0];
    if (Of == ir::NoPlace)
      continue;
    const ir::Place &Pl = Fn.place(Of);
    // A local is nobody else's, nor is what was passed.
    if (Pl.Root == ir::Place::Local ||
        (Pl.Root == ir::Place::Param && Pl.Path.empty()) ||
        !(isPlain(Pl.Type) || asksIfEmpty(Pl.Type, C)))
      continue;
    const LockState At = H.exit(B);
    if (!At.Reachable)
      continue;
    const bool None = llvm::all_of(
        At.Holds, [](const Hold &Held) { return Held.Is == Presence::No; });
    if (None || At.anyHere())
      Out.push_back({B, Of, !None});
  }
  return Out;
}

namespace {
class Pass {
public:
  Pass(const Facts &F, const ir::Function &Fn)
      : P(F.program()), Fn(Fn), H(F.held(Fn)) {}

  void run(std::vector<Finding> &To) {
    if (H.trivial())
      return;
    const std::vector<Look> Looks = looksOf(Fn, H);
    std::set<ir::PlaceId> Said;
    for (const Look &First : Looks) {
      if (First.Locked || Said.count(First.Of))
        continue;
      bool Again = false;
      std::optional<Point> Write;
      ir::BlockId Under = 0;
      for (const Look &Second : Looks)
        if (Second.Locked && Second.Of == First.Of && follows(First, Second) &&
            decides(First.Block, Second.Block)) {
          Again = true;
          // A container's races are not about what a flag stands for.
          if (!isPlain(Fn.place(First.Of).Type))
            continue;
          for (ir::BlockId S : Fn.Blocks[Second.Block].Succs)
            if (auto Found = written(First, S); Found && !Write) {
              Write = Found;
              Under = Second.Block;
            }
        }
      if (Write)
        To.push_back(twice(First, *Write, Under));
      else if (Again)
        continue;
      else if ((Write = writtenUnasked(First)))
        To.push_back(once(First, *Write));
      else if ((Write = takenUnasked(First)))
        To.push_back(taken(First, *Write));
      else
        continue;
      Said.insert(First.Of);
    }
  }

private:
  bool follows(const Look &First, const Look &Second) const {
    return llvm::any_of(Fn.Blocks[First.Block].Succs, [&](ir::BlockId S) {
      return S == Second.Block ||
             nextAfter(
                 Fn, {S, ~0u},
                 [&](const ir::Event &E) {
                   return !Fn.Blocks[Second.Block].Events.empty() &&
                          &E == &Fn.Blocks[Second.Block].Events[0];
                 },
                 [](const ir::Event &) { return false; })
                 .has_value();
    });
  }

  /// One outcome of \p First leads past \p Second: where both lead to it, the
  /// first look was for something else.
  bool decides(ir::BlockId First, ir::BlockId Second) const {
    unsigned Leading = 0;
    for (ir::BlockId From : Fn.Blocks[First].Succs) {
      std::vector<ir::BlockId> Todo{From};
      std::set<ir::BlockId> Seen{First};
      while (!Todo.empty()) {
        const ir::BlockId B = Todo.back();
        Todo.pop_back();
        if (B == Second) {
          ++Leading;
          break;
        }
        if (Seen.insert(B).second)
          llvm::append_range(Todo, Fn.Blocks[B].Succs);
      }
    }
    return Leading < Fn.Blocks[First].Succs.size();
  }

  /// Set in the section that \p From lies in.
  std::optional<Point> written(const Look &L, ir::BlockId From) const {
    return nextAfter(
        Fn, {From, ~0u}, [&](const ir::Event &E) { return sets(E, L.Of); },
        [](const ir::Event &E) {
          return E.What == ir::Op::GuardEnd || E.What == ir::Op::Unlock ||
                 E.What == ir::Op::GuardUnlock;
        });
  }

  static bool sets(const ir::Event &E, ir::PlaceId Of) {
    return E.Subject == Of &&
           ((E.What == ir::Op::Access && E.has(ir::Write)) ||
            E.What == ir::Op::New || E.What == ir::Op::Assign);
  }

  /// Found empty without the lock, the pointer is set under it, and nobody has
  /// asked again: whoever waited for the lock sets it a second time.
  std::optional<Point> writtenUnasked(const Look &L) const {
    const ir::Block &If = Fn.Blocks[L.Block];
    const ir::TypeRef &T = Fn.place(L.Of).Type;
    if (If.Succs.size() != 2 || (T.Scalar && !T.Pointer) ||
        If.Cond.Subject != L.Of)
      return std::nullopt;
    std::optional<ir::BlockId> Empty;
    if (If.Cond.What == ir::Condition::Truth)
      Empty = If.Succs[If.Cond.Negated ? 0 : 1];
    else if (If.Cond.What == ir::Condition::Compare && If.Cond.Value == 0 &&
             If.Cond.Against == ir::NoPlace &&
             (If.Cond.How == ir::Condition::EQ ||
              If.Cond.How == ir::Condition::NE))
      Empty =
          If.Succs[(If.Cond.How == ir::Condition::EQ) != If.Cond.Negated ? 0
                                                                         : 1];
    if (!Empty)
      return std::nullopt;
    // Reached by no other way, and with nothing done before the lock.
    for (ir::BlockId B = 0; B != Fn.Blocks.size(); ++B)
      if (B != L.Block && llvm::is_contained(Fn.Blocks[B].Succs, *Empty))
        return std::nullopt;
    std::optional<Point> Write;
    const auto &Events = Fn.Blocks[*Empty].Events;
    for (uint32_t I = 0; I != Events.size() && !Write; ++I) {
      if (sets(Events[I], L.Of))
        Write = Point{*Empty, I};
      else if (Events[I].What == ir::Op::GuardEnd ||
               Events[I].What == ir::Op::Unlock)
        return std::nullopt;
    }
    if (!Write || !H.before(*Write).anyHere())
      return std::nullopt;
    return Write;
  }

  /// Some condition of the function looks into it with the lock held.
  bool isAskedLocked(ir::PlaceId Of) const {
    for (ir::BlockId B = 0; B != Fn.Blocks.size(); ++B)
      if (llvm::any_of(Fn.Blocks[B].Cond.Reads,
                       [&](ir::PlaceId R) {
                         return R == Of || Fn.place(Of).contains(Fn.place(R));
                       }) &&
          H.exit(B).anyHere())
        return true;
    return false;
  }

  /// Found not empty without the lock, something is taken out under it, and
  /// nobody has asked again: another thread may have taken the last.
  std::optional<Point> takenUnasked(const Look &L) const {
    const ir::Place &Of = Fn.place(L.Of);
    if (Of.Type.Is != ir::Role::Container || isAskedLocked(L.Of))
      return std::nullopt;
    static const llvm::StringRef Taking[] = {"pop_front", "pop_back", "pop"};
    std::optional<Point> Taken;
    for (ir::BlockId S : Fn.Blocks[L.Block].Succs)
      if (auto At = nextAfter(
              Fn, {S, ~0u},
              [&](const ir::Event &E) {
                const llvm::StringRef Name = E.Text.str();
                return E.What == ir::Op::Call && E.Subject == L.Of &&
                       E.has(ir::SystemCallee) &&
                       llvm::is_contained(
                           Taking, Name.substr(Name.find_last_of(".>") + 1));
              },
              // A wait asks by itself.
              [](const ir::Event &E) { return E.What == ir::Op::Wait; });
          At && !Taken && H.before(*At).anyHere())
        Taken = At;
    return Taken;
  }

  Finding taken(const Look &First, Point At) const {
    const std::string Name = "'" + pretty(Fn, Fn.place(First.Of)) + "'";
    Finding Found = start(First);
    Found.Message = Name + " is looked at without the lock, and not again "
                           "under it: another thread may have taken the last "
                           "element meanwhile";
    noteLock(Found, H.before(At));
    Found.Notes.push_back({rangeAt(Fn, At), "it is taken here, unasked"});
    Found.Notes.push_back({Found.Where, "look at it under the lock"});
    return Found;
  }

  Finding start(const Look &First) const {
    const ir::Block &Block = Fn.Blocks[First.Block];
    Finding Found;
    Found.Check = "runnel-double-checked-lock";
    Found.Where = Block.TermRange;
    for (const ir::Event &E : Block.Events)
      if (E.What == ir::Op::Access && E.Subject == First.Of)
        Found.Where = E.Where;
    Found.Symbol = Fn.Id.str().str() + "::" + pretty(Fn, Fn.place(First.Of));
    return Found;
  }

  void noteLock(Finding &Found, const LockState &S) const {
    for (const Hold &Held : S.Holds)
      if (Held.here() && Held.At.valid()) {
        Found.Notes.push_back(
            {rangeAt(Fn, Held.At), "the lock is taken here, after it"});
        return;
      }
  }

  Finding twice(const Look &First, Point Write, ir::BlockId Under) const {
    const ir::Place &Pl = Fn.place(First.Of);
    Finding Found = start(First);
    Found.Message =
        "'" + pretty(Fn, Pl) +
        "' is looked at without the lock first: another thread that sees "
        "it set may not see what it refers to, for it is not atomic";
    noteLock(Found, H.exit(Under));
    Found.Notes.push_back({rangeAt(Fn, Write), "it is set here"});
    Found.Notes.push_back({Found.Where,
                           "initialise it in a static local or by "
                           "std::call_once, or make it a std::atomic"});
    if (auto Atomic = makeAtomic(P, entityOf(P, Fn, Pl)))
      Found.Fixes.push_back(std::move(*Atomic));
    return Found;
  }

  Finding once(const Look &First, Point Write) const {
    Finding Found = start(First);
    Found.Message =
        "'" + pretty(Fn, Fn.place(First.Of)) +
        "' is looked at without the lock, and not again under it: two threads "
        "that find it empty set it twice";
    noteLock(Found, H.before(Write));
    Found.Notes.push_back({rangeAt(Fn, Write), "it is set here, unasked"});
    Found.Notes.push_back({Found.Where,
                           "look at it under the lock, or initialise it in a "
                           "static local or by std::call_once"});
    return Found;
  }

  const ir::Program &P;
  const ir::Function &Fn;
  const HeldLocks &H;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    if (Fn.Defined)
      Pass(F, Fn).run(Out);
  return Out;
}

static const CheckRegistration X("runnel-double-checked-lock", Level::Default,
                                 run);

} // namespace runnel
