//===- select-timer-in-loop.cpp - A new timer in every round --------------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

/// A duration in its largest unit.
static std::string spelled(int64_t Nanoseconds) {
  static constexpr std::pair<int64_t, const char *> Units[] = {
      {60'000'000'000, "minutes"},
      {1'000'000'000, "seconds"},
      {1'000'000, "milliseconds"},
      {1'000, "microseconds"}};
  for (auto [Size, Unit] : Units)
    if (Nanoseconds != 0 && Nanoseconds % Size == 0)
      return std::string("std::chrono::") + Unit + "(" +
             std::to_string(Nanoseconds / Size) + ")";
  return "std::chrono::nanoseconds(" + std::to_string(Nanoseconds) + ")";
}

/// `on_recv(after(1s))` becomes `on_timeout(1s)`, where the select can have one
/// and nobody takes the time that after() sends.
static void offerTimeout(const ir::Function &F, const ir::Event &Timer,
                         const ir::Event &Select, const ir::SelectCase &C,
                         Finding &Found) {
  if (!C.Where.editable() || C.Handler.How != ir::Operand::Other ||
      C.Handler.Place != ir::NoPlace || Timer.Args.empty() ||
      Timer.Args[0].How != ir::Operand::Number)
    return;
  // `on_recv(after(1s))`, or a variable that is begun so: no handler is
  // written.
  ir::Range Where = C.Where;
  std::string Before, After;
  if (C.Named != ir::NoPlace) {
    const ir::Place &P = F.place(C.Named);
    if (P.Root != ir::Place::Local || !P.Path.empty())
      return;
    const ir::Variable &V = F.Locals[P.Index];
    const ir::Range &Whole = Timer.Statement;
    if (!Whole.editable() || Whole.endOffset() != Timer.Where.endOffset() + 2 ||
        V.Where.endOffset() >= Timer.Where.Begin.Offset ||
        V.Where.Begin.Offset < Whole.Begin.Offset)
      return;
    Where = V.Where;
    Where.Begin.Offset += V.Where.Length;
    Where.Begin.Column += V.Where.Length;
    Where.Length = Whole.endOffset() - Where.Begin.Offset;
    Before = " = ";
    After = ";";
  } else if (C.Where.endOffset() != Timer.Where.endOffset() + 1) {
    return;
  }
  for (const ir::SelectCase &Each : Select.Cases)
    if (Each.How == ir::SelectCase::Timeout ||
        Each.How == ir::SelectCase::Otherwise)
      return;
  Found.Fixes.push_back(
      {"let the select have a timeout",
       {{Where, Before + "runnel::on_timeout(" + spelled(Timer.Args[0].Value) +
                    ")" + After}}});
}

/// A ticker of each round that a select of the same loop waits for.
static void ticker(const ir::Function &Fn, Point At, const ir::Event &E,
                   std::vector<Finding> &Out) {
  if (E.Subject == ir::NoPlace || !inLoop(Fn, At.Block))
    return;
  const ir::Place &Ticker = Fn.place(E.Subject);
  if (Ticker.Root != ir::Place::Local || !Ticker.Path.empty())
    return;
  const ir::Event *Used = nullptr;
  forEachEvent(Fn, [&](Point There, const ir::Event &Select) {
    if (Select.What != ir::Op::Select || Select.Cases.size() < 2)
      return;
    const bool Waits = llvm::any_of(Select.Cases, [&](const ir::SelectCase &C) {
      return C.Channel != ir::NoPlace && Fn.place(C.Channel).sameRoot(Ticker);
    });
    // Not asked again before another one is made.
    if (Waits &&
        !nextAfter(
            Fn, There, [&](const ir::Event &Each) { return &Each == &Select; },
            [&](const ir::Event &Each) { return &Each == &E; }))
      Used = &Select;
  });
  if (!Used)
    return;
  Finding Found;
  Found.Check = "runnel-select-timer-in-loop";
  Found.Where = E.Where;
  Found.Symbol = Fn.Id.str().str();
  Found.Message = "every round of the loop makes a ticker, which begins anew: "
                  "while other cases win in time, it never ticks";
  Found.Notes.push_back({Used->Where, "it is one case of this select"});
  Found.Notes.push_back({E.Where, "make it before the loop"});
  Out.push_back(std::move(Found));
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What == ir::Op::MakeTimer && E.Text == "ticker")
        ticker(Fn, At, E, Out);
      if (E.What != ir::Op::MakeTimer || E.Text != "after" ||
          E.Subject == ir::NoPlace || !inLoop(Fn, At.Block))
        return;
      const ir::Event *Used = nullptr;
      const ir::SelectCase *Case = nullptr;
      forEachEvent(Fn, [&](Point, const ir::Event &Select) {
        if (Select.What != ir::Op::Select || Select.Cases.size() < 2)
          return;
        for (const ir::SelectCase &C : Select.Cases)
          if (C.Channel == E.Subject) {
            Used = &Select;
            Case = &C;
          }
      });
      if (!Used)
        return;
      Finding Found;
      Found.Check = "runnel-select-timer-in-loop";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message = "every round of the loop makes a timer, which lives "
                      "until it fires even if another case wins";
      Found.Notes.push_back({Used->Where, "it is one case of this select"});
      Found.Notes.push_back(
          {E.Where, "use on_timeout(...), which goes with the select, or one "
                    "runnel::timer before the loop that is reset in it"});
      offerTimeout(Fn, E, *Used, *Case, Found);
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-select-timer-in-loop", Level::Default,
                                 run);

} // namespace runnel
