//===- CensusText.cpp - The census as text and JSON -----------------------===//

#include "tool/report/Census.h"

#include "llvm/Support/JSON.h"

namespace runnel::tool {

namespace json = llvm::json;

const char *word(Census::Verdict V) {
  switch (V) {
  case Census::Keep:
    return "keep";
  case Census::MakePrivate:
    return "make private";
  case Census::Narrow:
    return "narrow";
  case Census::Order:
    return "order";
  case Census::Replace:
    return "replace by a channel";
  }
  return "";
}

void Census::writeText(llvm::raw_ostream &OS) const {
  for (const Mutex &M : Mutexes)
    OS << M.Where.Begin.File.str() << ":" << M.Where.Begin.Line << ":"
       << M.Where.Begin.Column << ": " << M.Name << ": " << word(M.Says) << ": "
       << M.Why << "\n";
  OS << Mutexes.size() << (Mutexes.size() == 1 ? " mutex" : " mutexes");
  for (Verdict V : {Keep, MakePrivate, Narrow, Order, Replace}) {
    unsigned N = 0;
    for (const Mutex &M : Mutexes)
      N += M.Says == V;
    OS << (V == Keep ? ": " : ", ") << N << " " << word(V);
  }
  OS << "\n";
}

void Census::writeJson(llvm::raw_ostream &OS) const {
  json::OStream J(OS, 2);
  J.object([&] {
    J.attribute("version", 1);
    J.attributeArray("mutexes", [&] {
      for (const Mutex &M : Mutexes)
        J.object([&] {
          J.attribute("name", json::fixUTF8(M.Name));
          J.attribute("type", json::fixUTF8(M.Type));
          J.attribute("file", json::fixUTF8(M.Where.Begin.File.str()));
          J.attribute("line", M.Where.Begin.Line);
          J.attribute("column", M.Where.Begin.Column);
          J.attribute("verdict", word(M.Says));
          J.attribute("why", json::fixUTF8(M.Why));
          if (!M.Check.empty())
            J.attribute("check", M.Check);
          J.attribute("sections", M.Sections);
          J.attributeArray("guards", [&] {
            for (const std::string &G : M.Guards)
              J.value(json::fixUTF8(G));
          });
        });
    });
  });
  OS << "\n";
}

} // namespace runnel::tool
