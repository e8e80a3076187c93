//===- share-counted-permits.cpp - Counters that are taken from and waited for
////

#include "checks/Check.h"
#include "checks/share/Pattern.h"

namespace runnel::share {

using namespace analysis;

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  for (const Pattern &S : findPatterns(F)) {
    if (S.What != Pattern::Permits)
      continue;
    const std::string Count = nameOf(P, S.Data), Put = S.Put.function(),
                      Take = S.Take.function();
    Finding Found;
    Found.Check = "runnel-share-counted-permits";
    Found.Where = S.where(P);
    Found.Symbol = S.symbol(P);
    Found.Message = S.subject(P) + " is a semaphore: " + S.parts(P) +
                    " count permits that '" + Take + "' takes and '" + Put +
                    "' gives back";
    Found.Notes.push_back(
        {S.Take.Where, "'" + Take + "' waits here for a permit"});
    Found.Notes.push_back({S.Put.Where, "'" + Put + "' gives one back here"});
    Found.Notes.push_back(
        question(S, P, "'" + Count + "' limits how many may go on at a time"));
    Found.Notes.push_back({whereIs(P, S.Data),
                           "a runnel::semaphore is all of it: acquire() and "
                           "release(), and it lets goroutines wait"});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-share-counted-permits", Level::Strict,
                                 run);

} // namespace runnel::share
