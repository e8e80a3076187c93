//===- fiber-thread-local.cpp - thread_local state across a suspension ----===//
//
// Three shapes, in one function: what is read after a suspension was written
// before it; what is set before is set back after; an object whose constructor
// and destructor set it lives across a suspension. A scratch buffer that every
// use fills anew, and counts that only go up, mean no thread in particular.
//
//===----------------------------------------------------------------------===//

#include "checks/Check.h"
#include "checks/analysis/Paths.h"
#include "checks/fiber/ThreadLocals.h"
#include "checks/fiber/Way.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

namespace runnel::fiber {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;

namespace {

struct Use {
  Point At;
  const Event *E = nullptr;
  bool Read = false, Write = false, Fresh = false;
};

class Pass {
public:
  explicit Pass(const Facts &F) : F(F), P(F.program()) {}

  std::vector<Finding> run() {
    // Most programs have none.
    const ir::Module &M = P.module();
    const bool Any =
        llvm::any_of(M.Globals, [](auto &G) { return G.ThreadLocal; }) ||
        llvm::any_of(M.Records, [](auto &R) {
          return llvm::any_of(R.Fields, [](auto &F) { return F.ThreadLocal; });
        });
    if (!Any)
      return {};
    for (const Function *Fn : F.goroutines().functions())
      if (F.goroutines().runs(*Fn)) {
        direct(*Fn);
        scoped(*Fn);
      }
    return std::move(Out);
  }

private:
  /// The next event empties the object, or gives it another value.
  static bool isReset(const Function &Fn, Point At) {
    const auto &Events = Fn.Blocks[At.Block].Events;
    for (uint32_t I = At.Index + 1; I < Events.size() && I < At.Index + 3; ++I)
      if (Events[I].What == Op::Call &&
          Events[I].Subject == Events[At.Index].Subject) {
        const llvm::StringRef Text = Events[I].Text.str();
        static const llvm::StringRef Fresh[] = {"clear",  "assign",  "reset",
                                                "resize", "emplace", "str"};
        return llvm::is_contained(Fresh,
                                  Text.substr(Text.find_last_of(".>") + 1));
      }
    return false;
  }

  std::map<ir::Name, std::pair<std::string, std::vector<Use>>>
  uses(const Function &Fn) const {
    std::map<ir::Name, std::pair<std::string, std::vector<Use>>> By;
    forEachEvent(Fn, [&](Point At, const Event &E) {
      if (E.What != Op::Access)
        return;
      ThreadLocalUse Is = threadLocalAt(F, Fn, E.Subject, E.Spelling.str());
      if (!Is.Symbol || !Is.Alias.empty() || E.has(ir::AddressTaken))
        return;
      Use U{At, &E, E.has(ir::Read), E.has(ir::Write), false};
      U.Fresh = U.Write && (!U.Read || isReset(Fn, At)) &&
                Fn.place(E.Subject).Path.empty();
      U.Read &= !U.Fresh;
      auto &[Name, List] = By[Is.Symbol];
      Name = Is.Name;
      List.push_back(U);
    });
    return By;
  }

  /// All of its uses only count in one direction.
  static bool isTally(const std::vector<Use> &Uses) {
    const bool Down = Uses.front().E->Value < 0;
    return llvm::all_of(Uses, [&](const Use &U) {
      return U.Read && U.Write && (U.E->Value < 0) == Down;
    });
  }

  void direct(const Function &Fn) {
    for (auto &[Symbol, Named] : uses(Fn)) {
      auto &[Name, Uses] = Named;
      if (Uses.size() < 2 || isTally(Uses))
        continue;
      auto Find = [&](Point At) -> const Use * {
        for (const Use &U : Uses)
          if (U.At == At)
            return &U;
        return nullptr;
      };
      // Read afterwards what was written before.
      std::optional<Crossing> C = crossing(F, Fn, [&](Point At, const Event &) {
        const Use *U = Find(At);
        if (!U)
          return Part::None;
        Part Is = Part::None;
        if (U->Read)
          Is = Is | Part::After;
        if (U->Fresh)
          Is = Is | Part::Fresh;
        if (U->Write)
          Is = Is | Part::Before;
        return Is;
      });
      if (!C)
        C = restored(Fn, Uses, Find);
      if (C)
        tell(Fn, Name, *C);
    }
  }

  /// Set before, and set again after without being read then: set back.
  std::optional<Crossing>
  restored(const Function &Fn, const std::vector<Use> &Uses,
           llvm::function_ref<const Use *(Point)> Find) const {
    for (const Use &Last : Uses) {
      if (!Last.Fresh || nextAfter(
                             Fn, Last.At,
                             [&](const Event &E) {
                               return llvm::any_of(Uses, [&](const Use &U) {
                                 return U.E == &E && U.Read;
                               });
                             },
                             [&](const Event &E) {
                               return llvm::any_of(Uses, [&](const Use &U) {
                                 return U.E == &E && U.Fresh;
                               });
                             }))
        continue;
      std::optional<Crossing> C = crossing(F, Fn, [&](Point At, const Event &) {
        const Use *U = Find(At);
        if (!U)
          return Part::None;
        return U->At == Last.At ? Part::After | Part::Fresh
               : U->Write       ? Part::Fresh | Part::Before
                                : Part::None;
      });
      if (C)
        return C;
    }
    return std::nullopt;
  }

  void tell(const Function &Fn, const std::string &Name, const Crossing &C) {
    Finding &Found =
        start(Fn, rangeAt(Fn, C.After), Name,
              "'" + Name + "' is thread_local, and after " +
                  suspendsAt(F, Fn, C.Over) +
                  " it may be another thread's: what was written before is not "
                  "there");
    Found.Notes.push_back({rangeAt(Fn, C.Before), "written here"});
    Found.Notes.push_back(
        {rangeAt(Fn, C.Over), "the goroutine may go on in another thread"});
    finish(Fn, Found);
  }

  Finding &start(const Function &Fn, ir::Range Where, const std::string &Name,
                 std::string Message) {
    Finding Found;
    Found.Check = "runnel-fiber-thread-local";
    Found.Where = Where;
    Found.Symbol = Fn.Id.str().str() + "::" + Name;
    Found.Message = std::move(Message);
    Out.push_back(std::move(Found));
    return Out.back();
  }

  void finish(const Function &Fn, Finding &Found) const {
    tellWay(F, Fn, Found);
    Found.Notes.push_back(
        {Found.Where, "keep it in a local, or in the context of the goroutine: "
                      "runnel::with_value"});
  }

  /// The thread_local that both the constructor and the destructor write.
  std::optional<std::string> setBy(const Function &A, const Function &B) const {
    for (const Touch &T : F.summaries().of(A).Touches)
      if (T.Write)
        if (std::optional<std::string> Name = threadLocalName(P, T.Symbol))
          for (const Touch &U : F.summaries().of(B).Touches)
            if (U.Write && U.Symbol == T.Symbol)
              return Name;
    return std::nullopt;
  }

  void scoped(const Function &Fn) {
    forEachEvent(Fn, [&](Point At, const Event &Made) {
      const Function *C =
          Made.What == Op::Call && Made.Callee && Made.Subject != ir::NoPlace
              ? P.function(Made.Callee)
              : nullptr;
      if (!C || !C->Constructor || !C->Defined)
        return;
      std::optional<std::string> Name;
      std::optional<Crossing> Crossed =
          crossing(F, Fn, [&](Point Now, const Event &E) {
            if (Now == At)
              return Part::Fresh | Part::Before;
            const Function *D =
                E.What == Op::Call && E.Callee && E.Subject == Made.Subject
                    ? P.function(E.Callee)
                    : nullptr;
            if (!D || !D->Destructor || !(Name = setBy(*C, *D)))
              return Part::None;
            return Part::After | Part::Fresh;
          });
      if (!Crossed)
        return;
      Finding &Found =
          start(Fn, Made.Where, *Name,
                "'" + pretty(Fn, Fn.place(Made.Subject)) + "' sets '" + *Name +
                    "', which is thread_local, until its scope ends; after " +
                    suspendsAt(F, Fn, Crossed->Over) +
                    " it is another thread's that is set back");
      Found.Notes.push_back({rangeAt(Fn, Crossed->Over),
                             "the goroutine may go on in another thread"});
      finish(Fn, Found);
    });
  }

  const Facts &F;
  const ir::Program &P;
  std::vector<Finding> Out;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-fiber-thread-local", Level::Default,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel::fiber
