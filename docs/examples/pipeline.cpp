// A pipeline: stages joined by channels, each a goroutine that owns the sending end of what it
// makes.
//
// It shows the two ways a pipeline ends. When the source runs dry its sender is destroyed, which
// closes the channel, and the end of data walks down the stages by itself. When the reader has had
// enough it drops its receiver, and the end walks up: the next send throws `send_on_closed`. The
// group waits for every stage, so none is left behind.
#include <runnel/runnel.h>

#include <cstdio>
#include <utility>

using runnel::group, runnel::receiver;

// The numbers from first to last.
static receiver<int> count(group& stages, int first, int last) {
  auto [tx, rx] = runnel::make_channel<int>();
  stages.go([first, last, out = std::move(tx)] {
    try {
      for (int i = first; i <= last; ++i)
        out.send(i);
    } catch (const runnel::send_on_closed&) { std::printf("count: the reader left\n"); }
  });
  return std::move(rx);
}

// What comes in, squared. When it returns, both of its ends go: the one it reads and the one it
// writes.
static receiver<int> square(group& stages, receiver<int> numbers) {
  auto [tx, rx] = runnel::make_channel<int>();
  stages.go([in = std::move(numbers), out = std::move(tx)] {
    try {
      for (int n : in)
        out.send(n * n);
    } catch (const runnel::send_on_closed&) { std::printf("square: the reader left\n"); }
  });
  return std::move(rx);
}

int main() {
  return runnel::run([] {
    group stages;
    int sum = 0;
    for (int n : square(stages, count(stages, 1, 10)))
      sum += n;
    std::printf("1 to 10, squared and summed: %d\n", sum);

    {
      const auto squares = square(stages, count(stages, 1, 1'000'000));
      int first_two = *squares.recv();
      first_two += *squares.recv();
      std::printf("the first two of a million, summed: %d\n", first_two);
    }
    stages.wait();
  });
}

// Output:
// 1 to 10, squared and summed: 385
// the first two of a million, summed: 5
// square: the reader left
// count: the reader left
