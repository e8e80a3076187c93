//===- scope-too-wide.cpp - Locks held after their last use ---------------===//

#include "checks/Check.h"
#include "checks/Narrow.h"
#include "checks/UnderLock.h"
#include "checks/analysis/BeforeThreads.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;

namespace {

/// Why a tail is worth cutting off: its first costly event, and what it is.
struct Cost {
  Point At;
  std::string What;
};

class Pass {
public:
  Pass(const Facts &F, const Options &O)
      : F(F), P(F.program()), MinEvents(O.get("MinEvents", 8L)) {}

  std::vector<Finding> run() {
    for (const Function *Fn : F.callGraph().functions()) {
      if (F.held(*Fn).trivial() || Fn->System || Fn->Implicit ||
          Fn->Incomplete || F.beforeThreads().function(*Fn))
        continue;
      for (const CriticalSection &C : F.sections(*Fn))
        section(*Fn, C);
    }
    return std::move(Findings);
  }

private:
  void section(const Function &Fn, const CriticalSection &C) {
    Hold Held;
    Held.Lock = C.Locks.front();
    if (!isContended(Fn, F.held(Fn), Held) || C.Locks.size() != 1)
      return;
    const std::optional<ir::Range> Free = firstFreeStatement(C);
    if (!Free)
      return;
    const Point *LastUse = nullptr;
    for (size_t I = 0; I < C.Events.size(); ++I)
      if (C.Uses[I] && isUse(Fn, C.Events[I]) &&
          eventAt(Fn, C.Events[I]).Where.Begin.Offset < Free->Begin.Offset)
        LastUse = &C.Events[I];
    if (!LastUse)
      return;
    const std::optional<Cost> Why = costOf(Fn, C, *Free);
    if (!Why)
      return;

    const std::string Lock = lockName(Fn, F.held(Fn).lock(C.Locks.front()));
    Finding Found;
    Found.Check = "runnel-scope-too-wide";
    Found.Where = eventAt(Fn, C.Begin).Where;
    Found.Message = Lock + " stays locked during " + Why->What +
                    ", after the last use of what it guards";
    const LockClass &Class = F.held(Fn).classOf(C.Locks.front());
    Found.Symbol =
        (Class.known() ? className(P, Class) : std::string("a lock")) + " in " +
        Fn.Id.str().str();
    Found.Notes.push_back({rangeAt(Fn, *LastUse), "the last use is here"});
    Found.Notes.push_back({rangeAt(Fn, Why->At),
                           Why->What + " needs the lock no more: release it "
                                       "before"});
    if (std::optional<Fix> Fix = narrow(F, Fn, C.Begin, {}))
      Found.Fixes.push_back(std::move(*Fix));
    Findings.push_back(std::move(Found));
  }

  /// The event reads or writes a member or global: data, not just a name.
  bool isUse(const Function &Fn, Point At) const {
    const Event &E = eventAt(Fn, At);
    if (E.What == Op::Wait)
      return true;
    const auto Touches = F.summaries().touchesAt(Fn, At);
    return Touches && llvm::any_of(*Touches, [&](const Touch &T) {
             if (const ir::Field *Field = P.field(T.Symbol))
               return Field->Type.Is != ir::Role::Lock &&
                      Field->Type.Is != ir::Role::CondVar;
             const ir::Global *G = P.global(T.Symbol);
             return G && !G->System && G->Type.Is != ir::Role::Lock &&
                    G->Type.Is != ir::Role::CondVar;
           });
  }

  std::optional<Cost> costOf(const Function &Fn, const CriticalSection &C,
                             const ir::Range &Free) const {
    std::optional<Cost> Found;
    unsigned Small = 0;
    Point FirstSmall;
    for (size_t I = 0; I < C.Events.size(); ++I) {
      const Point At = C.Events[I];
      const Event &E = eventAt(Fn, At);
      if (!C.Tail[I] || E.has(ir::Implicit) ||
          E.Where.Begin.Offset < Free.Begin.Offset)
        continue;
      // Another check speaks of these, and offers the same fix.
      for (const Effect &Inner : F.summaries().effectsAt(Fn, At))
        if (Inner.What == Effect::Join || Inner.What == Effect::ChannelOp ||
            Inner.What == Effect::Suspend || Inner.What == Effect::Wait ||
            Inner.What == Effect::Block || Inner.What == Effect::Spawn)
          return std::nullopt;
      if (E.What == Op::Notify || E.What == Op::Throw || E.What == Op::Escape)
        return std::nullopt;
      if (E.What != Op::Call)
        continue;
      if (inLoop(Fn, At, Free)) {
        if (!Found)
          Found = Cost{At, "this loop"};
        continue;
      }
      const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
      if (!Callee)
        continue;
      if (E.has(ir::SystemCallee) || Callee->System) {
        if (Small++ == 0)
          FirstSmall = At;
        continue;
      }
      const std::string Name = "the call of " + functionName(P, *Callee);
      if (!Found &&
          (Callee->Defined ? isCostly(*Callee) : takesLocal(Fn, E, C, Free)))
        Found = Cost{At, Name};
    }
    if (!Found && Small >= 4)
      Found = Cost{FirstSmall, "the calls from here on"};
    return Found;
  }

  /// A loop that stands wholly behind the last use, with the event in it.
  bool inLoop(const Function &Fn, Point At, const ir::Range &Free) const {
    const uint32_t Offset = eventAt(Fn, At).Where.Begin.Offset;
    return llvm::any_of(Fn.Blocks, [&](const ir::Block &B) {
      return B.Term >= ir::Terminator::While &&
             B.Term <= ir::Terminator::RangeFor &&
             B.TermRange.Begin.Offset >= Free.Begin.Offset &&
             B.TermRange.Begin.Offset <= Offset &&
             Offset < B.TermRange.endOffset();
    });
  }

  /// Loops, or does many things.
  bool isCostly(const Function &Callee) const {
    unsigned Events = 0;
    for (const ir::Block &B : Callee.Blocks) {
      if (B.Term >= ir::Terminator::While && B.Term <= ir::Terminator::RangeFor)
        return true;
      for (const Event &E : B.Events)
        Events += E.What == Op::Call || E.What == Op::Access;
    }
    return Events >= static_cast<unsigned long>(MinEvents);
  }

  /// What was taken out under the lock is handed on.
  bool takesLocal(const Function &Fn, const Event &E, const CriticalSection &C,
                  const ir::Range &Free) const {
    const uint32_t From = eventAt(Fn, C.Begin).Where.Begin.Offset;
    return llvm::any_of(E.Args, [&](const ir::Operand &O) {
      if (O.Place == ir::NoPlace || Fn.place(O.Place).Root != Place::Local)
        return false;
      const ir::Variable &V = Fn.Locals[Fn.place(O.Place).Index];
      return V.Where.Begin.Offset > From &&
             V.Where.Begin.Offset < Free.Begin.Offset;
    });
  }

  const Facts &F;
  const ir::Program &P;
  const long MinEvents;
  std::vector<Finding> Findings;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &O) {
  return Pass(F, O).run();
}

static const OptionInfo Known[] = {
    {"MinEvents", "8",
     "how many calls and accesses make a function costly that has no loop"}};

static const CheckRegistration X("runnel-scope-too-wide", Level::Default, run,
                                 Known);

} // namespace runnel::scope
