//===- worker.cpp - What the worker processes of `runnel check` run -------===//

#include "tool/commands/Command.h"
#include "tool/config/RunnelYaml.h"
#include "tool/driver/Lower.h"
#include "tool/driver/Pool.h"

namespace runnel::tool {

static int run(const Arguments &A) {
  Limits L;
  A.get("seconds", "0").getAsInteger(10, L.Seconds);
  A.get("memory", "0").getAsInteger(10, L.MemoryMb);
  VocabularyLoader Vocabularies;
  return serveMessages(
      [&](llvm::StringRef Message) {
        LowerJob Job;
        LowerResult Result;
        if (!decode(Message, Job))
          Result.Messages.push_back("error: a damaged message from the parent");
        else if (auto Vocab = Vocabularies.load(Job.VocabularyFile))
          Result = lowerUnit(Job, *Vocab);
        else
          Result.Messages.push_back("error: " +
                                    llvm::toString(Vocab.takeError()));
        return encode(Result);
      },
      L);
}

static const OptionSpec Options[] = {
    {"seconds", 0, "N", "CPU time for one message"},
    {"memory", 0, "MB", "private memory"},
};

static const CommandRegistration
    X({"worker", "", "", "Started by `runnel check`; of no use to people.", "",
       Options, 1000, /*Hidden=*/true},
      run);

} // namespace runnel::tool
