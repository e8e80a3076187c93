//===- tool_text_fuzzer.cpp - What the command line reads, on any bytes ---===//
//
// The first byte chooses the reader: .clang-tidy, .runnel.yaml with its
// vocabulary, a baseline, a compile database, a patch, an entry of the cache.
// A reader returns a value or an error; what it accepts survives writing.
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/Vocabulary.h"
#include "tool/config/RunnelYaml.h"
#include "tool/config/TidyConfig.h"
#include "tool/driver/Analysis.h"
#include "tool/driver/CompileDb.h"
#include "tool/driver/Lower.h"
#include "tool/report/Baseline.h"

#include <cstdlib>

using namespace runnel;
using namespace runnel::tool;

template <class T> static void drop(llvm::Expected<T> E) {
  if (!E)
    llvm::consumeError(E.takeError());
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  if (Size == 0)
    return 0;
  llvm::StringRef Input(reinterpret_cast<const char *>(Data) + 1, Size - 1);
  switch (Data[0] % 7) {
  case 0:
    drop(parseTidyConfig(Input, "f"));
    break;
  case 1: {
    frontend::Vocabulary V;
    drop(parseRunnelYaml(Input, "f", &V));
    break;
  }
  case 2: {
    llvm::Expected<Baseline> B = Baseline::parse(Input, "f");
    if (!B) {
      llvm::consumeError(B.takeError());
      break;
    }
    std::string Text;
    llvm::raw_string_ostream OS(Text);
    B->write(OS);
    llvm::Expected<Baseline> Again = Baseline::parse(Text, "written");
    if (!Again || Again->Entries.size() != B->Entries.size() ||
        B->addedBy(*Again) || Again->addedBy(*B))
      std::abort();
    break;
  }
  case 3:
    drop(parseCompileDb(Input, "/p", "f"));
    break;
  case 4:
    drop(ChangedLines::parse(Input));
    break;
  case 5: {
    LowerResult R;
    (void)decode(Input, R);
    break;
  }
  case 6: {
    Analysis A;
    std::vector<Dependency> D;
    (void)decode(Input, A, D);
    break;
  }
  }
  return 0;
}
