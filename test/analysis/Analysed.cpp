//===- Analysed.cpp - A program from IR text, to ask questions of ---------===//

#include "Analysed.h"

#include "checks/ir/Serialize.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace runnel::analysis {

Analysed::Analysed(llvm::StringRef Text, bool Whole) {
  llvm::Expected<ir::Module> M = ir::readText(Text, "test");
  if (!M)
    ADD_FAILURE() << toString(M.takeError());
  P.emplace(M ? std::move(*M) : ir::Module(), Whole);
  F.emplace(*P);
}

const ir::Function &Analysed::function(llvm::StringRef Symbol) const {
  const ir::Function *Found = P->function(Symbol);
  if (!Found) {
    std::cerr << "no function " << Symbol.str() << "\n";
    std::abort();
  }
  return *Found;
}

Point Analysed::probe(const ir::Function &Fn, llvm::StringRef Name) const {
  for (ir::BlockId B = 0; B < Fn.Blocks.size(); ++B)
    for (uint32_t I = 0; I < Fn.Blocks[B].Events.size(); ++I)
      if (Fn.Blocks[B].Events[I].Callee.str() == Name)
        return {B, I};
  std::cerr << "no probe " << Name.str() << "\n";
  std::abort();
}

std::string Analysed::held(llvm::StringRef Function,
                           llvm::StringRef Probe) const {
  const ir::Function &Fn = function(Function);
  const HeldLocks &H = F->held(Fn);
  const LockState S = H.before(probe(Fn, Probe));
  if (!S.Reachable)
    return "dead";
  std::string Text;
  for (LockIndex L = 0; L < H.locks().size(); ++L) {
    const Hold *Held = S.find(L);
    if (!Held)
      continue;
    Text += (Text.empty() ? "" : ", ") + pretty(Fn, H.lock(L));
    Text += Held->Shared ? " shared" : "";
    Text += Held->sure() ? "" : "?";
    Text += Held->here() ? "" : " <caller>";
  }
  return Text;
}

std::string Analysed::locks(llvm::StringRef Function) const {
  const ir::Function &Fn = function(Function);
  std::string Text;
  for (const LockEffect &E : F->summaries().of(Fn).Locks) {
    Text += Text.empty() ? "" : ", ";
    Text += E.Is == Presence::Yes ? '+' : E.Is == Presence::No ? '-' : '?';
    Text += pretty(Fn, E.Lock);
    Text += E.Shared ? " shared" : "";
    if (E.Guard.Root == ir::Place::Result)
      Text += " returned";
  }
  return Text;
}

std::string Analysed::effects(llvm::StringRef Function, Effect::Kind K) const {
  std::string Text;
  const ir::Function &Fn = function(Function);
  for (const Effect &E : F->summaries().of(Fn).Effects) {
    if (E.What != K)
      continue;
    Text += Text.empty() ? "" : ", ";
    Text += K == Effect::Acquire ? pretty(Fn, E.On) : E.Text.str().str();
  }
  return Text;
}

} // namespace runnel::analysis
