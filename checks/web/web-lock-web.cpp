//===- web-lock-web.cpp - Classes that lock each other's mutexes ----------===//

#include "checks/web/Web.h"
#include "checks/Check.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/web/Story.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>
#include <optional>
#include <set>
#include <tuple>

namespace runnel {

using analysis::Facts;
using web::Link;
using web::Owner;
using web::Web;

static constexpr OptionInfo OptionList[] = {
    {"MinClasses", "3", "fewest classes, leaves not counted, that are a web"},
    {"MinScore", "6", "fewest orders between two locks that are a web"},
};

static size_t guardedData(const Facts &F, const Owner &O) {
  size_t Count = 0;
  for (const analysis::LockClass &C : O.Locks)
    Count += F.guardedBy().dataOf(C).size();
  return Count;
}

/// The class that others call into the most while they hold their own locks:
/// turned into a goroutine, it takes the most orders with it.
static uint32_t centre(const Facts &F, const Web &W) {
  // Of a large web, those that are called into the most are asked alone: what
  // a class takes with it costs a look at all the rest.
  constexpr size_t Candidates = 512;
  std::vector<std::set<uint32_t>> Callers(W.Owners.size());
  for (const Link &L : W.Links)
    Callers[L.To].insert(L.From);
  std::vector<uint32_t> Asked(W.Owners.size());
  std::iota(Asked.begin(), Asked.end(), 0);
  if (Asked.size() > Candidates) {
    llvm::sort(Asked, [&](uint32_t A, uint32_t B) {
      return std::pair(Callers[B].size(), A) < std::pair(Callers[A].size(), B);
    });
    Asked.resize(Candidates);
    llvm::sort(Asked);
  }
  const unsigned All = W.score();
  using Rank = std::tuple<bool, unsigned, size_t, size_t>;
  std::optional<Rank> Most;
  uint32_t Best = 0;
  for (uint32_t I : Asked) {
    const bool IsClass = F.program().record(W.Owners[I].Symbol) != nullptr;
    Rank Mine{IsClass, All - W.score(I), Callers[I].size(),
              guardedData(F, W.Owners[I])};
    if (!Most || Mine > *Most) {
      Most = Mine;
      Best = I;
    }
  }
  return Best;
}

/// "'A', 'B' and 7 more": who wants all of a large web, draws it.
static std::string named(const std::vector<std::string> &Names) {
  constexpr size_t Most = 12, Shown = 8;
  if (Names.size() <= Most)
    return web::enumerate(Names);
  std::string Out;
  for (size_t I = 0; I != Shown; ++I)
    Out += (I ? ", '" : "'") + Names[I] + "'";
  return Out + " and " + std::to_string(Names.size() - Shown) + " more";
}

static void picture(const Facts &F, const Web &W, std::vector<Note> &Notes) {
  constexpr size_t Most = 40;
  std::set<std::pair<uint32_t, uint32_t>> Drawn;
  for (const Link &L : W.Links) {
    if (!Drawn.insert({L.From, L.To}).second || Drawn.size() > Most)
      continue;
    const std::string Who = web::functionName(F.program(), *L.How->In);
    Notes.push_back(
        {analysis::rangeAt(*L.How->In, L.How->Acquired),
         W.Owners[L.From].Id + " -> " + W.Owners[L.To].Id + ": '" + Who +
             "' holds '" + L.First + "' and locks '" + L.Second + "'" +
             (L.Through
                  ? " in '" + web::functionName(F.program(), *L.Through) + "'"
                  : std::string())});
  }
  if (Drawn.size() > Most)
    Notes.back().Message += "; " + std::to_string(Drawn.size() - Most) +
                            " more are drawn by 'runnel graph'";
}

static void plan(const Facts &F, const Web &W, std::vector<Note> &Notes) {
  const uint32_t Mid = centre(F, W);
  const Owner &O = W.Owners[Mid];
  std::vector<std::string> Data, Locks;
  for (const analysis::LockClass &C : O.Locks) {
    Locks.push_back(className(F.program(), C));
    for (ir::Name Symbol : F.guardedBy().dataOf(C))
      if (const ir::Field *Field = F.program().field(Symbol))
        Data.push_back(Field->Id.str().str());
  }
  constexpr size_t MaxNamed = 4;
  if (Data.size() > MaxNamed)
    Data.resize(MaxNamed);
  Notes.push_back(
      {O.Where,
       "plan: let one goroutine own '" + O.Id + "'" +
           (Data.empty() ? std::string() : " with " + web::enumerate(Data)) +
           " and receive messages, instead of locking " +
           web::enumerate(Locks) + ": " + std::to_string(W.score()) +
           " orders between locks become " + std::to_string(W.score(Mid))});
  std::set<const ir::Function *> Told;
  for (const Link &L : W.Links) {
    if (L.To != Mid || !L.Through || !Told.insert(L.Through).second)
      continue;
    const bool Void = L.Through->Result.Spelling == ir::Name("void");
    Notes.push_back(
        {L.Through->Where,
         "'" + web::functionName(F.program(), *L.Through) +
             "' becomes a message" +
             (Void ? ", sent without waiting"
                   : " with a channel for the reply '" +
                         L.Through->Result.Spelling.str().str() + "'")});
  }
}

static std::vector<Finding> run(const Facts &F, const Options &O) {
  const unsigned MinClasses = O.get("MinClasses", long(Web::MinClasses)),
                 MinScore = O.get("MinScore", long(Web::MinScore));
  std::vector<Finding> Out;
  for (const Web &W : web::findWebs(F)) {
    const unsigned Score = W.score();
    if (!W.isTrouble(MinClasses, MinScore))
      continue;
    std::vector<std::string> Names;
    for (const Owner &Each : W.Owners)
      Names.push_back(Each.Id);
    Finding Found;
    Found.Check = "runnel-web-lock-web";
    Found.Where = W.Owners[centre(F, W)].Where;
    Found.Message = named(Names) +
                    " lock one another's mutexes while they hold their own: " +
                    std::to_string(Score) + " orders to respect, up to " +
                    std::to_string(W.depth()) + " locks held at once" +
                    (W.hasCycle() ? ", in a circle" : "");
    picture(F, W, Found.Notes);
    plan(F, W, Found.Notes);
    for (const std::string &N : Names)
      Found.Symbol += (Found.Symbol.empty() ? "" : ", ") + N;
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-web-lock-web", Level::Default, run,
                                 OptionList, /*WholeProgram=*/true);

} // namespace runnel
