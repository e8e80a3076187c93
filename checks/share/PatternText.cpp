//===- PatternText.cpp - Naming what a pattern is made of -----------------===//

#include "checks/share/Pattern.h"

namespace runnel::share {

using namespace analysis;

std::string shortName(const ir::Record &R) {
  llvm::StringRef Id = R.Id.str();
  size_t Cut = Id.rfind("::");
  return (Cut == llvm::StringRef::npos ? Id : Id.substr(Cut + 2)).str();
}

std::string Site::function() const {
  llvm::StringRef Id = In->Id.str();
  // Lambdas are told by the function they are written in.
  for (size_t Cut; (Cut = Id.rfind("::lambda")) != llvm::StringRef::npos;)
    Id = Id.take_front(Cut);
  size_t Cut = Id.rfind("::");
  return (Cut == llvm::StringRef::npos ? Id : Id.substr(Cut + 2)).str();
}

ir::Range Pattern::where(const ir::Program &P) const {
  return WholeClass && Owner ? Owner->Where : whereIs(P, Data);
}

std::string Pattern::symbol(const ir::Program &P) const {
  return className(P, Data);
}

std::string Pattern::subject(const ir::Program &P) const {
  return "'" + (WholeClass && Owner ? shortName(*Owner) : nameOf(P, Data)) +
         "'";
}

std::string Pattern::parts(const ir::Program &P) const {
  std::vector<Entity> All;
  if (Lock.known())
    All.push_back(Lock);
  All.insert(All.end(), Conditions.begin(), Conditions.end());
  All.push_back(Data);
  std::string Text;
  for (size_t I = 0; I != All.size(); ++I)
    Text += (I == 0                ? "'"
             : I + 1 == All.size() ? " and '"
                                   : ", '") +
            nameOf(P, All[I]) + "'";
  return Text;
}

Note question(const Pattern &Found, const ir::Program &P,
              llvm::StringRef Evidence) {
  const bool Transfer =
      Found.What == Pattern::Queue || Found.What == Pattern::Mailbox;
  return {Found.where(P),
          (Transfer ? "question 1 of 'share memory by communicating' decides, "
                      "does it transfer ownership of data: "
                    : "question 3 of 'share memory by communicating' decides, "
                      "does it coordinate pieces of logic: ") +
              Evidence.str()};
}

} // namespace runnel::share
