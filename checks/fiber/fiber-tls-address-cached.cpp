//===- fiber-tls-address-cached.cpp - A thread's memory kept too long -----===//
//
// What is kept across a suspension: a pointer that strerror, localtime and
// their like returned; a pointer or reference to a thread_local; the value of
// errno, which is the thread's.
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
using ir::Place;
using ir::PlaceId;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : F(F), P(F.program()) {}

  std::vector<Finding> run() {
    for (const Function *Fn : F.goroutines().functions()) {
      if (!F.goroutines().runs(*Fn))
        continue;
      aliases(*Fn);
      buffers(*Fn);
      errorNumber(*Fn);
    }
    return std::move(Out);
  }

private:
  const Function *threadMemory(const Event &E) const {
    const Function *Callee =
        (E.What == Op::Call || E.What == Op::Block) && E.Callee
            ? P.function(E.Callee)
            : nullptr;
    return Callee && Callee->ThreadMemory ? Callee : nullptr;
  }

  static bool isLocal(const Function &Fn, PlaceId Id, uint32_t Local) {
    return Id != ir::NoPlace && Fn.place(Id).Root == Place::Local &&
           Fn.place(Id).Index == Local;
  }

  static bool mentions(const Function &Fn, const Event &E, uint32_t Local) {
    if (E.What == Op::ScopeEnd || E.What == Op::Declare)
      return false;
    return isLocal(Fn, E.Subject, Local) || isLocal(Fn, E.Other, Local) ||
           llvm::any_of(E.Args, [&](const ir::Operand &O) {
             return isLocal(Fn, O.Place, Local);
           });
  }

  /// char *text = strerror(e); ... after a suspension: use of text.
  void buffers(const Function &Fn) {
    forEachEvent(Fn, [&](Point At, const Event &Call) {
      const Function *Callee = threadMemory(Call);
      if (!Callee || isErrno(*Callee))
        return;
      const std::optional<uint32_t> Kept = keeper(Fn, At, Call);
      if (!Kept)
        return;
      std::optional<Crossing> C =
          crossing(F, Fn, [&](Point Now, const Event &E) {
            if (Now == At)
              return Part::Fresh | Part::Before;
            if (E.What == Op::Assign && isLocal(Fn, E.Subject, *Kept) &&
                Fn.place(E.Subject).Path.empty())
              return holds(E.Where, Call.Where) ? Part::None : Part::Fresh;
            if (E.What == Op::Access && E.has(ir::Write) && !E.has(ir::Read) &&
                isLocal(Fn, E.Subject, *Kept) &&
                Fn.place(E.Subject).Path.empty())
              return E.Statement.Begin == Call.Statement.Begin ? Part::None
                                                               : Part::Fresh;
            return mentions(Fn, E, *Kept) && !holds(E.Where, Call.Where)
                       ? Part::After
                       : Part::None;
          });
      if (!C)
        return;
      const std::string Name = Fn.Locals[*Kept].Id.str().str();
      tell(Fn, *C, Name,
           "'" + Name + "' points into memory of '" + Callee->Id.str().str() +
               "', which may hold something else after " +
               suspendsAt(F, Fn, C->Over),
           "copy what it returns, or use the variant that fills a buffer of "
           "yours");
    });
  }

  static bool holds(const ir::Range &Outer, const ir::Range &Inner) {
    return Outer.Begin.File == Inner.Begin.File &&
           Outer.Begin.Offset <= Inner.Begin.Offset &&
           Inner.endOffset() <= Outer.endOffset();
  }

  /// The local pointer or reference that keeps what \p Call returned.
  static std::optional<uint32_t> keeper(const Function &Fn, Point At,
                                        const Event &Call) {
    for (uint32_t I = 0; I < Fn.Locals.size(); ++I) {
      const ir::Variable &V = Fn.Locals[I];
      if ((V.Type.indirect() || V.Type.Is == ir::Role::View) &&
          holds(V.Declaration, Call.Where))
        return I;
    }
    const auto &Events = Fn.Blocks[At.Block].Events;
    for (uint32_t I = At.Index + 1; I < Events.size() && I < At.Index + 4; ++I)
      if (Events[I].What == Op::Assign && holds(Events[I].Where, Call.Where) &&
          Events[I].Subject != ir::NoPlace) {
        const Place &To = Fn.place(Events[I].Subject);
        if (To.Root == Place::Local && To.Path.empty())
          return To.Index;
      }
    return std::nullopt;
  }

  /// auto &buffer = scratch; ... after a suspension: use of buffer.
  void aliases(const Function &Fn) {
    // By the name of the alias: the variable, and the function that tells it.
    std::map<std::string, ThreadLocalUse> Aliases;
    forEachEvent(Fn, [&](Point, const Event &E) {
      if (E.What == Op::Access || E.What == Op::Call)
        if (ThreadLocalUse Use = aliased(Fn, E); !Use.Alias.empty())
          Aliases.try_emplace(Use.Alias, Use);
    });
    for (const auto &[Alias, Of] : Aliases) {
      std::optional<Crossing> C = crossing(F, Fn, [&](Point, const Event &E) {
        if (E.What == Op::Call && Of.Accessor && E.Callee == Of.Accessor)
          return Part::Fresh | Part::Before;
        if (E.What != Op::Access && E.What != Op::Call)
          return Part::None;
        if (aliased(Fn, E).Alias != Alias)
          return Part::None;
        // Where it is made: nothing but its name.
        return E.What == Op::Access && E.has(ir::AddressTaken) &&
                       E.Spelling.str() == Alias
                   ? Part::Fresh | Part::Before
                   : Part::After;
      });
      if (!C)
        continue;
      Finding &Found = tell(
          Fn, *C, Alias,
          "'" + Alias + "' refers to '" + Of.Name +
              "' of the thread that it was taken in, and after " +
              suspendsAt(F, Fn, C->Over) + " the goroutine may be in another",
          "take it again after waiting, or keep the data in a local");
      Found.Notes.front().Message = "taken here";
    }
  }

  ThreadLocalUse aliased(const Function &Fn, const Event &E) const {
    ThreadLocalUse Use = threadLocalAt(F, Fn, E.Subject, E.Spelling.str());
    if (Use.Symbol || E.Subject == ir::NoPlace)
      return Use;
    // int *e = &errno;
    const Place &At = Fn.place(E.Subject);
    if (At.Root != Place::Global || At.Path.empty() ||
        At.Path.front().How != ir::Step::Call)
      return Use;
    const Function *Of = P.function(At.Path.front().Symbol);
    if (!Of || !Of->ThreadMemory)
      return Use;
    Use.Accessor = Of->Symbol;
    Use.Name = isErrno(*Of) ? "errno" : Of->Id.str().str();
    const llvm::StringRef First = firstIdentifier(E.Spelling.str());
    if (!First.empty() && !E.Spelling.str().contains(Use.Name))
      Use.Alias = First.str();
    return Use;
  }

  static bool isErrno(const Function &F) {
    return F.Id == "__errno_location" || F.Id == "__error" ||
           F.Id == "_errno" || F.Id == "__errno";
  }

  /// A call that fails, a suspension, and only then a look at errno.
  void errorNumber(const Function &Fn) {
    std::optional<Crossing> C = crossing(F, Fn, [&](Point, const Event &E) {
      if (E.What == Op::Access && E.Subject != ir::NoPlace) {
        const Place &At = Fn.place(E.Subject);
        if (At.Root != Place::Global || At.Path.empty() ||
            At.Path.front().How != ir::Step::Call)
          return Part::None;
        const Function *Of = P.function(At.Path.front().Symbol);
        if (!Of || !isErrno(*Of))
          return Part::None;
        if (E.has(ir::Write))
          return Part::Fresh | Part::Before;
        return E.has(ir::Read) && E.Spelling.empty() ? Part::After : Part::None;
      }
      if (E.What != Op::Call && E.What != Op::Block)
        return Part::None;
      const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
      if (Callee && isErrno(*Callee))
        return Part::None;
      return Part::Fresh | Part::Before;
    });
    if (!C)
      return;
    tell(Fn, *C, "errno",
         "'errno' is the thread's, and after " + suspendsAt(F, Fn, C->Over) +
             " the goroutine may be in another: it says nothing of the call "
             "before",
         "copy errno to a local right after the call");
  }

  Finding &tell(const Function &Fn, const Crossing &C, const std::string &Name,
                std::string Message, std::string Advice) {
    Finding Found;
    Found.Check = "runnel-fiber-tls-address-cached";
    Found.Where = rangeAt(Fn, C.After);
    Found.Symbol = Fn.Id.str().str() + "::" + Name;
    Found.Message = std::move(Message);
    Found.Notes.push_back({rangeAt(Fn, C.Before), "it comes from here"});
    Found.Notes.push_back(
        {rangeAt(Fn, C.Over), "the goroutine may go on in another thread"});
    tellWay(F, Fn, Found);
    Found.Notes.push_back({Found.Where, std::move(Advice)});
    Out.push_back(std::move(Found));
    return Out.back();
  }

  const Facts &F;
  const ir::Program &P;
  std::vector<Finding> Out;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-fiber-tls-address-cached",
                                 Level::Default, run, {},
                                 /*WholeProgram=*/true);

} // namespace runnel::fiber
