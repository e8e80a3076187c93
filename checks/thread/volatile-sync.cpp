//===- volatile-sync.cpp - volatile in place of atomic --------------------===//

#include "checks/Check.h"
#include "checks/analysis/DataUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"
#include "checks/thread/MakeAtomic.h"
#include "checks/thread/OnThreads.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

static bool isVolatile(const ir::TypeRef &T) {
  // sig_atomic_t is for signal handlers, which need volatile.
  return T.Volatile && !T.Const && !T.indirect() && !T.Array &&
         (T.Scalar || T.Pointer) && T.Is != ir::Role::Atomic &&
         !llvm::StringRef(T.Spelling.str()).contains("sig_atomic_t");
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  std::set<Entity> Vars;
  for (const ir::Record &R : P.module().Records)
    for (const ir::Field &Field : R.Fields)
      if (isVolatile(Field.Type))
        Vars.insert({LockClass::Field, Field.Symbol, 0, false});
  for (const ir::Global &G : P.module().Globals)
    if (!G.System && isVolatile(G.Type))
      Vars.insert({LockClass::Global, G.Symbol, 0, false});
  for (const ir::Function &Fn : P.module().Functions)
    for (uint32_t I = 0; I != Fn.Locals.size(); ++I)
      if (isVolatile(Fn.Locals[I].Type))
        Vars.insert({LockClass::Local, Fn.Symbol, I, false});
  if (Vars.empty())
    return Out;
  const DataUses Uses(P, Vars);
  const auto Handlers = signalHandlers(P);
  const auto Threads = onThreads(F);
  for (const Entity &E : Vars) {
    const DataUse *There = nullptr, *Here = nullptr;
    bool Written = false, Handled = false, Locked = true;
    auto Uncertain = [&](const DataUse &U) {
      return U.At.valid() && (F.held(*U.In).trivial() ||
                              F.held(*U.In).before(U.At).Holds.empty());
    };
    for (const DataUse &U : Uses.of(E)) {
      Handled |= Handlers.count(U.In) != 0;
      Written |= U.How != DataUse::Read;
      Locked &= !Uncertain(U);
      (Threads.contains(U.In) ? There : Here) = &U;
    }
    // Threads on one side, anything on the other, and somebody writes.
    if (!There || !Here || !Written || Handled || Locked)
      continue;
    const std::string Name = nameOf(P, E);
    Finding Found;
    Found.Check = "runnel-volatile-sync";
    Found.Where = whereIs(P, E);
    Found.Symbol = className(P, E);
    Found.Message = "'" + Name +
                    "' is shared between threads and only volatile: that "
                    "makes no access atomic and orders nothing";
    Found.Notes.push_back(
        {rangeAt(*There->In, There->At), "a thread uses it here"});
    Found.Notes.push_back(
        {rangeAt(*Here->In, Here->At), "and others use it here"});
    Found.Notes.push_back({Found.Where,
                           "make it a std::atomic; to tell a thread to stop, "
                           "cancel a runnel::context or close a channel"});
    if (auto Atomic = makeAtomic(P, E))
      Found.Fixes.push_back(std::move(*Atomic));
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-volatile-sync", Level::Default, run);

} // namespace runnel
