#include "audit.h"
#include "orders.h"
#include "stock.h"

#include <cstdio>
#include <thread>

int main() {
  Audit audit("/dev/null");
  Stock stock;
  Orders orders(stock, audit);
  stock.attach(orders);

  std::thread clerk([&] {
    for (int i = 0; i < 3; ++i)
      orders.accept({"crate", 2});
  });
  std::thread supplier([&] { stock.restock("crate", 6); });
  std::thread packer([&] {
    for (int i = 0; i < 3; ++i)
      std::printf("packed %s\n", orders.next().item.c_str());
  });

  clerk.join();
  supplier.join();
  packer.join();
  {
    std::lock_guard hold(stock.mutex);
    std::puts("closing");
  }
}
