//===- fiber-busy-loop.cpp - Loops that poll and give nobody a turn -------===//
//
// Looks for a cycle of the control flow on which nothing happens but polling:
// atomics are read, operations that do not wait are tried, the processor is
// told to pause. What goes on in the loop when the poll succeeds is no part of
// that cycle.
//
//===----------------------------------------------------------------------===//

#include "checks/Check.h"
#include "checks/analysis/Paths.h"
#include "checks/fiber/Way.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::fiber {

using namespace analysis;
using ir::BlockId;
using ir::Event;
using ir::Function;
using ir::Op;

namespace {

enum class Step : uint8_t { Works, Idles, Polls };

class Pass {
public:
  explicit Pass(const Facts &F) : F(F), P(F.program()) {}

  std::vector<Finding> run() {
    std::vector<Finding> Out;
    for (const Function *Fn : F.goroutines().functions())
      if (F.goroutines().runs(*Fn) && !Fn->Incomplete && !isOfALock(*Fn))
        look(*Fn, Out);
    return Out;
  }

private:
  /// A spin lock's own waiting: whoever holds one is about to let it go.
  bool isOfALock(const Function &Fn) const {
    const ir::Record *R = Fn.Record ? P.record(Fn.Record) : nullptr;
    return R && R->Is == ir::Role::Lock;
  }

  /// Gives the thread to another thread, not to another goroutine.
  static bool isThreadYield(const Event &E) {
    const llvm::StringRef Text = E.Text.str();
    return E.What == Op::Call &&
           (Text.ends_with("this_thread::yield") || Text == "sched_yield" ||
            Text == "::sched_yield" || Text == "pthread_yield");
  }

  /// `held.compare_exchange_weak(expected, true)` decides the loop.
  static bool triesToSet(const ir::Block &Of) {
    const llvm::StringRef Text = Of.Cond.Text.str();
    return Text.contains(".compare_exchange_") && Text.contains(",true");
  }

  /// `flag.test_and_set()`, `held.exchange(true)` and the like, and what
  /// decides the loop is what was there before: whoever set it must clear it.
  static bool setsAgain(const ir::Block &Of, const Event &E) {
    if (!E.has(ir::Read) || !llvm::is_contained(Of.Cond.Reads, E.Subject))
      return false;
    const llvm::StringRef Text = Of.Cond.Text.str();
    return Text.contains("test_and_set(") || Text.contains(".exchange(true") ||
           Text.contains(".exchange(1") || triesToSet(Of);
  }

  /// What a loop can wait for by asking again: only others change it.
  static bool isAskedAgain(const ir::Place &P) {
    switch (P.Type.Is) {
    case ir::Role::Context:
    case ir::Role::StopToken:
    case ir::Role::JoiningThread:
    case ir::Role::Future:
    case ir::Role::Channel:
    case ir::Role::Sender:
    case ir::Role::Receiver:
    case ir::Role::WaitGroup:
    case ir::Role::Semaphore:
    case ir::Role::Latch:
      return true;
    default:
      return false;
    }
  }

  /// `while (!handle.done());`: the event that names what the condition asks.
  static const Event *asks(const Function &Fn, const ir::Block &B) {
    if (B.Succs.size() != 2 || !B.Cond.Text.str().contains('('))
      return nullptr;
    for (const Event &E : B.Events)
      if (E.What == Op::Access && E.has(ir::Read) &&
          llvm::is_contained(B.Cond.Reads, E.Subject) &&
          isAskedAgain(Fn.place(E.Subject)))
        return &E;
    return nullptr;
  }

  Step step(const Function &Fn, const ir::Block &Of, const Event &E) const {
    switch (E.What) {
    case Op::Declare:
    case Op::ScopeEnd:
    case Op::Closure:
      return Step::Idles;
    case Op::Access:
      if (E.has(ir::AtomicAccess))
        return E.has(ir::Write) && !setsAgain(Of, E) ? Step::Works
                                                     : Step::Polls;
      // `expected`, which the attempt may write.
      if (triesToSet(Of) && Fn.place(E.Subject).Root == ir::Place::Local &&
          llvm::is_contained(Of.Cond.Reads, E.Subject))
        return Step::Idles;
      // `expected = false;` for the next one.
      if (E.has(ir::Write) && !E.has(ir::Read) && E.has(ir::ValueKnown) &&
          Fn.place(E.Subject).Root == ir::Place::Local)
        return Step::Idles;
      return E.has(ir::Write | ir::Moved | ir::AddressTaken) ? Step::Works
                                                             : Step::Idles;
    case Op::Recv:
    case Op::Send:
    case Op::Lock:
    case Op::CountWait:
      return E.has(ir::Try) && !E.has(ir::WithTimeout) ? Step::Polls
                                                       : Step::Works;
    case Op::Call: {
      if (isThreadYield(E))
        return Step::Polls;
      // err() of a context, done() of a handle, stop_requested(): asked again.
      const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
      if (Callee && Callee->System && Callee->Const && E.Args.empty())
        return Step::Polls;
      return Step::Works;
    }
    default:
      return Step::Works;
    }
  }

  /// The blocks that can reach themselves within \p Allowed, from \p Start.
  static std::vector<BlockId> cycle(const Function &Fn, BlockId Start,
                                    const std::vector<bool> &Allowed) {
    // Forward from the start, then those from which it is reached.
    auto Reach = [&](bool Forward) {
      std::vector<bool> Seen(Fn.Blocks.size());
      bool Grew = true;
      auto Try = [&](BlockId From, BlockId To) {
        const BlockId Near = Forward ? From : To, Far = Forward ? To : From;
        if ((Near == Start || Seen[Near]) && Allowed[Far] && Allowed[Near] &&
            !Seen[Far]) {
          Seen[Far] = true;
          Grew = true;
        }
      };
      while (Grew) {
        Grew = false;
        for (BlockId B = 0; B < Fn.Blocks.size(); ++B)
          for (BlockId S : Fn.Blocks[B].Succs)
            Try(B, S);
      }
      return Seen;
    };
    const std::vector<bool> To = Reach(true), From = Reach(false);
    std::vector<BlockId> In;
    if (!To[Start])
      return In;
    for (BlockId B = 0; B < Fn.Blocks.size(); ++B)
      if (To[B] && From[B])
        In.push_back(B);
    return In;
  }

  bool isIdle(const Function &Fn, const ir::Block &B) const {
    // So often and no more.
    if (B.Trips.What != ir::TripCount::Unknown ||
        B.Term == ir::Terminator::RangeFor)
      return false;
    return llvm::all_of(B.Events, [&](const Event &E) {
      return step(Fn, B, E) != Step::Works;
    });
  }

  void look(const Function &Fn, std::vector<Finding> &Out) const {
    std::vector<bool> Idle(Fn.Blocks.size()), All(Fn.Blocks.size(), true),
        Told(Fn.Blocks.size());
    for (BlockId B = 0; B < Fn.Blocks.size(); ++B)
      Idle[B] = isIdle(Fn, Fn.Blocks[B]);
    for (BlockId B = 0; B < Fn.Blocks.size(); ++B) {
      if (!Idle[B] || Told[B] || !inLoop(Fn, B))
        continue;
      const std::vector<BlockId> Round = cycle(Fn, B, Idle);
      if (Round.empty())
        continue;
      for (BlockId In : Round)
        Told[In] = true;
      if (endsByFailing(Fn, Round))
        continue;
      const Event *Poll = nullptr, *Yield = nullptr;
      bool Channel = false;
      for (BlockId In : Round) {
        if (const Event *Asked = asks(Fn, Fn.Blocks[In]); Asked && !Poll)
          Poll = Asked;
        for (const Event &E : Fn.Blocks[In].Events) {
          if (step(Fn, Fn.Blocks[In], E) != Step::Polls)
            continue;
          if (isThreadYield(E))
            Yield = &E;
          else if (!Poll)
            Poll = &E;
          Channel |= E.What == Op::Recv || E.What == Op::Send;
        }
      }
      if (!Poll && !Yield)
        continue;
      // It spins a while, then lets others run: that is the author's choice.
      // What follows a value that did come is no turn for anybody else.
      if (!Channel && letsOthersRun(Fn, cycle(Fn, B, All)))
        continue;
      Out.push_back(tell(Fn, Round, Poll ? *Poll : *Yield, Yield));
    }
  }

  /// while (out.try_send() == sent) {}: goes on as long as it succeeds, so it
  /// fills or drains a channel and waits for nobody.
  static bool endsByFailing(const Function &Fn,
                            const std::vector<BlockId> &Round) {
    return llvm::any_of(Round, [&](BlockId B) {
      const ir::Block &Head = Fn.Blocks[B];
      const bool Tries = llvm::any_of(Head.Events, [](const Event &E) {
        return (E.What == Op::Recv || E.What == Op::Send) && E.has(ir::Try);
      });
      return Tries && Head.Succs.size() == 2 && !Head.Cond.Negated &&
             (Head.Term == ir::Terminator::While ||
              Head.Term == ir::Terminator::Do ||
              Head.Term == ir::Terminator::For) &&
             llvm::is_contained(Round, Head.Succs[0]);
    });
  }

  bool letsOthersRun(const Function &Fn,
                     const std::vector<BlockId> &Loop) const {
    for (BlockId B : Loop)
      for (uint32_t I = 0; I < Fn.Blocks[B].Events.size(); ++I) {
        const Event &E = Fn.Blocks[B].Events[I];
        if (E.What == Op::Block || E.What == Op::Throw)
          return true;
        if (F.callGraph().isOpen(Fn, {B, I}))
          return true;
        for (const Effect &Does : F.summaries().effectsAt(Fn, {B, I}))
          if (mayLeaveThread(Does) || Does.What == Effect::Block ||
              Does.What == Effect::UnknownCall)
            return true;
      }
    return false;
  }

  static std::string what(const Function &Fn, const Event &E) {
    if (isThreadYield(E))
      return "the loop";
    if (E.Subject != ir::NoPlace) {
      const std::string Name = pretty(Fn, Fn.place(E.Subject));
      if (Name != "an object")
        return "the loop that polls '" + Name + "'";
    }
    return "the loop that polls";
  }

  Finding tell(const Function &Fn, const std::vector<BlockId> &Round,
               const Event &Poll, const Event *Yield) const {
    Finding Found;
    Found.Check = "runnel-fiber-busy-loop";
    Found.Where = Poll.Where;
    Found.Symbol = Fn.Id.str().str();
    Found.Message = what(Fn, Poll) +
                    " never gives its thread to another goroutine, perhaps the "
                    "one it waits for";
    if (Yield)
      Found.Notes.push_back({Yield->Where, "this yields to other threads, not "
                                           "to the goroutines of this one"});
    tellWay(F, Fn, Found);
    Found.Notes.push_back(
        {Poll.Where, "wait for a channel or a condition variable, or call "
                     "runnel::yield() in every round"});
    if (isOurs(F, Fn))
      addFix(Fn, Round, Yield, Found);
    return Found;
  }

  void addFix(const Function &Fn, const std::vector<BlockId> &Round,
              const Event *Yield, Finding &Found) const {
    if (Yield) {
      if (Yield->Where.editable())
        Found.Fixes.push_back(
            {"yield to goroutines", {{Yield->Where, "runnel::yield()"}}});
      return;
    }
    // Into an empty body on the loop's own line, `;` or `{}`: so much, and no
    // more, stands between the last thing that happens in the loop and its end.
    static constexpr uint32_t Least = 2, Most = 5;
    for (BlockId B : Round) {
      const ir::Block &Head = Fn.Blocks[B];
      if (Head.Term != ir::Terminator::While || !Head.TermRange.editable())
        continue;
      uint32_t Last = Head.TermRange.Begin.Offset;
      bool OneLine = true;
      for (BlockId In : Round)
        for (const Event &E : Fn.Blocks[In].Events)
          if (!E.has(ir::Implicit) && E.What != Op::ScopeEnd) {
            Last = std::max(Last, E.Where.endOffset());
            OneLine &= E.Where.Begin.Line == Head.TermRange.Begin.Line;
          }
      const uint32_t Rest = Head.TermRange.endOffset() - Last;
      if (!OneLine || Rest < Least || Rest > Most)
        return;
      ir::Range At = behind(Head.TermRange);
      --At.Begin.Offset;
      --At.Begin.Column;
      Found.Fixes.push_back(
          {"yield in every round", {{At, "{ runnel::yield(); }"}}});
      return;
    }
  }

  const Facts &F;
  const ir::Program &P;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-fiber-busy-loop", Level::Default, run,
                                 {}, /*WholeProgram=*/true);

} // namespace runnel::fiber
