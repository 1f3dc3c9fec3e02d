#include "node/node.h"

#include <filesystem>
#include <fmt/format.h>
#include <sys/resource.h>

#include "base/limits_http.h"
#include "crypto/hash.h"
#include "crypto/identity.h"
#include "crypto/login.h"
#include "crypto/password_hash.h"
#include "kernel/bootstrap.h"
#include "kernel/kernel.h"
#include "modules/backup/backup_module.h"
#include "modules/fd_manager/fd_manager_module.h"
#include "modules/http_server/http_server_module.h"
#include "modules/kv/kv_module.h"
#include "modules/sqlite/sqlite_module.h"
#include "modules/state/state_module.h"
#include "modules/timer/timer_module.h"
#include "modules/vfs/vfs_module.h"
#include "node/budget_file.h"
#include "node/listen.h"
#include "node/package_source.h"
#include "node/rpc_socket.h"
#include "port/frozen_files.h"
#include "rt/thread_executor.h"
#include "rt/thread_pool.h"
#include "store/files.h"
#include "store/gated_kv.h"
#include "store/home_lock.h"
#include "store/rocks_kv.h"
#include "transport/http_listener.h"
#include "wasm/program_cache.h"
#include "wasm/wasmtime_engine.h"

namespace kinode::node {

namespace fs = std::filesystem;

namespace {

/// Components are files of the drives (kernel.md 3.2).
class DriveFiles final : public kernel::ComponentFiles {
 public:
  explicit DriveFiles(std::string root) : root_(std::move(root)) {}

  Result<Bytes> read(std::string_view path) override {
    if (!path.starts_with('/')) return fail(Code::kInvalid, "a component's path starts with /");
    auto safe = store::SafePath::parse(path.substr(1));
    if (!safe) return std::unexpected(std::move(safe.error()));
    return store::read_file_below(root_, *safe, limits::kComponentBytesMax);
  }

 private:
  const std::string root_;
};

store::Durability durability(const Config& config) {
  return config.power_durability ? store::Durability::kPower : store::Durability::kProcess;
}

Result<std::string> prepare_home(const std::string& home, store::Durability durability) {
  std::error_code error = store::make_directories(home, durability);
  if (error) {
    return fail(Code::kIo,
                fmt::format("cannot create the home {} ({}): choose another directory, or make "
                            "room and rights for it",
                            home, error.message()));
  }
  std::string canonical = fs::canonical(home, error).string();
  if (error) return fail(Code::kIo, fmt::format("{}: {}", home, error.message()));
  return canonical;
}

transport::HttpLimits http_limits() {
  return {limits::kHttpHeaderBytesMax, limits::kRpcBodyBytesMax, limits::kHttpHeaderTimeMax,
          limits::kHttpBodyTimeMax, limits::kHttpIdleTimeMax};
}

/// What the system lets this process have open.
std::uint64_t open_files_max() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 1024;  // POSIX's least is 20, Linux gives this
  return limit.rlim_cur;
}

}  // namespace

/// In order of construction; destroyed in reverse.
struct Node::Parts {
  std::string home;
  std::string name;
  std::unique_ptr<store::HomeLock> lock;
  OsClock clock;
  OsRandom random;
  NullLog log;
  BudgetMap budgets;
  store::WriteGate gate;
  std::unique_ptr<store::LinkableKv> kernel_store;
  std::unique_ptr<store::OrderedKv> kv;  // the same, through the gate
  std::unique_ptr<wasm::Engine> engine;
  std::unique_ptr<DriveFiles> files;
  std::unique_ptr<rt::ThreadExecutor> executor;
  std::unique_ptr<kernel::Kernel> kernel;
  std::unique_ptr<timer::TimerModule> timer;
  std::unique_ptr<state::StateModule> state;
  std::unique_ptr<fd_manager::FdManagerModule> fds;
  std::unique_ptr<kv::KvModule> kv_databases;
  std::unique_ptr<vfs::VfsModule> vfs;
  rt::ThreadPool sqlite_threads{clock, limits::kSqliteThreadsMax};
  std::unique_ptr<sqlite::SqliteModule> sqlite;
  std::unique_ptr<http_server::HttpServerModule> http;
  rt::ThreadPool backup_thread{clock, 1};
  std::unique_ptr<backup::KernelPart> kernel_part;
  std::unique_ptr<port::HomeFiles> home_files;
  std::unique_ptr<backup::BackupModule> backups;
  std::unique_ptr<transport::HttpListener> listener;
  std::unique_ptr<transport::HttpListener> local_listener;
  std::function<void()> on_shutdown;
  rt::Mutex mutex;
  std::optional<crypto::Keyfile> identity __attribute__((guarded_by(mutex)));
  std::optional<Error> failure __attribute__((guarded_by(mutex)));
  bool stopped = false;

  Status take_home(const Config& config);
  Status identify(const Config& config, port::PrintSink& print);
  void open_fake_identity(const Config& config);
  void open_login(const Config& config);
  Status open_stores(const Config& config);
  kernel::Budget budget_of(const msg::PackageId& package) const;
  Status build_kernel(const Config& config, port::PrintSink& print);
  Status add_modules(const Config& config);
  Status add_backups();
  Status install_packages(const Config& config, port::PrintSink& print);
};

Status Node::Parts::take_home(const Config& config) {
  auto prepared = prepare_home(config.home, durability(config));
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  home = std::move(*prepared);
  auto locked = store::HomeLock::take(home);
  if (!locked) return std::unexpected(std::move(locked.error()));
  lock = std::move(*locked);
  return {};
}

Status Node::Parts::open_stores(const Config& config) {
  std::error_code error;
  for (const auto& part : {home + "/vfs", home + "/kernel"}) {
    error = store::make_directories(part, durability(config));
    if (error) return fail(Code::kIo, fmt::format("cannot create {}: {}", part, error.message()));
  }
  fs::remove_all(home + "/.frozen", error);  // of a backup that did not end
  auto opened = store::open_rocks_kv(home + "/kernel", &log);
  if (!opened) return std::unexpected(std::move(opened.error()));
  kernel_store = std::move(*opened);
  kv = std::make_unique<store::GatedKv>(*kernel_store, gate);
  files = std::make_unique<DriveFiles>(home + "/vfs");
  auto read = read_budgets(home);
  if (!read) return std::unexpected(std::move(read.error()));
  budgets = std::move(*read);
  return {};
}

Status Node::Parts::identify(const Config& config, port::PrintSink& print) {
  if (config.fake_node_name.empty()) {
    // Before anything else is opened: nothing happens on a home for whoever cannot log in.
    auto logged_in = crypto::log_in(home, config.password.value_or(""), random);
    if (!logged_in) return std::unexpected(std::move(logged_in.error()));
    for (auto& notice : logged_in->notices) {
      print.print({0, msg::system_process("kernel"), std::move(notice)});
    }
    name = logged_in->keyfile.username;
    rt::Lock guard(mutex);
    identity = std::move(logged_in->keyfile);
    return {};
  }
  const auto sealed = crypto::peek_identity(home);
  if (!sealed) return std::unexpected(sealed.error());
  if (*sealed && (*sealed)->username != config.fake_node_name) {
    return fail(Code::kExists,
                fmt::format("the home {} belongs to the node {}: use that name, or another "
                            "home for {}",
                            home, printable((*sealed)->username), config.fake_node_name));
  }
  name = config.fake_node_name;
  return {};
}

void Node::Parts::open_fake_identity(const Config& config) {
  // A tenth of a second of key derivation, beside everything else: nothing local needs the key.
  executor->blocking().submit("identity", [this, password = config.password.value_or("secret")] {
    auto opened = crypto::load_or_create_fake_identity(home, name, password, random);
    {
      rt::Lock guard(mutex);
      if (opened) {
        http->open_sessions({crypto::SecretBytes::copy(opened->jwt_secret.view()), std::nullopt});
        identity = std::move(*opened);
      } else {
        failure = std::move(opened.error());
      }
      if (!failure) return;
    }
    on_shutdown();
  });
}

void Node::Parts::open_login(const Config& config) {
  // Beside everything else, because what browsers send takes 30 ms to make.
  executor->blocking().submit("identity", [this, password = config.password.value_or("")] {
    const auto hash = crypto::password_hash(name, password);
    rt::Lock guard(mutex);
    if (!hash || !identity) return;
    http->open_sessions(
        {crypto::SecretBytes::copy(identity->jwt_secret.view()), crypto::sha256(as_bytes(*hash))});
  });
}

kernel::Budget Node::Parts::budget_of(const msg::PackageId& package) const {
  const auto it = budgets.find(package);
  return it == budgets.end() ? kernel::Budget{} : it->second;
}

Status Node::Parts::build_kernel(const Config& config, port::PrintSink& print) {
  wasm::WasmtimeConfig engine_config;
  engine_config.cache_dir = home + "/.compiled";
  auto made = wasm::make_wasmtime_engine(engine_config);
  if (!made) return std::unexpected(std::move(made.error()));
  engine = std::make_unique<wasm::ProgramCache>(std::move(*made));
  rt::ThreadExecutorOptions options;
  options.workers = config.workers;
  options.tick = [this] { engine->tick(); };
  executor = std::make_unique<rt::ThreadExecutor>(clock, std::move(options));
  kernel::KernelParts parts;
  parts.our_node = name;
  parts.executor = executor.get();
  parts.kv = kv.get();
  parts.files = files.get();
  parts.print = &print;
  parts.random = &random;
  parts.log = &log;
  parts.compile = [this](ByteView component) { return engine->compile(component); };
  parts.temp_dir = [this](const msg::PackageId& package) -> std::optional<std::string> {
    std::string path = fmt::format("{}/vfs/{}/tmp", home, package.text());
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return std::nullopt;
    return path;
  };
  parts.durability = durability(config);
  parts.budgets = [this](const msg::PackageId& package) { return budget_of(package); };
  parts.on_shutdown = on_shutdown;
  kernel = std::make_unique<kernel::Kernel>(std::move(parts));
  return kernel->load();
}

Status Node::Parts::add_modules(const Config& config) {
  timer = std::make_unique<timer::TimerModule>(
      [this](const msg::ProcessId& id) { return budget_of(id.package_id()).timers; });
  if (auto ok = kernel->add_module(*timer); !ok) return ok;
  state = std::make_unique<state::StateModule>(kernel->state(), home + "/kernel/backup");
  if (auto ok = kernel->add_module(*state); !ok) return ok;
  fds = std::make_unique<fd_manager::FdManagerModule>(
      fd_manager::FdManagerConfig{open_files_max, config.soft_ulimit});
  if (auto ok = kernel->add_module(*fds); !ok) return ok;
  kv_databases = std::make_unique<kv::KvModule>(
      kv::KvConfig{home + "/kv", durability(config), nullptr, &gate, home + "/.frozen/kv"});
  if (auto ok = kernel->add_module(*kv_databases); !ok) return ok;
  vfs = std::make_unique<vfs::VfsModule>(home + "/vfs", durability(config), &gate);
  if (auto ok = kernel->add_module(*vfs); !ok) return ok;
  std::error_code no_directory;
  sqlite = std::make_unique<sqlite::SqliteModule>(sqlite::SqliteConfig{
      home + "/sqlite", fs::current_path(no_directory).string(), &sqlite_threads, &gate});
  if (auto ok = kernel->add_module(*sqlite); !ok) return ok;
  if (auto ok = add_backups(); !ok) return ok;
  http = std::make_unique<http_server::HttpServerModule>();
  return kernel->add_module(*http);
}

/// What is left out is made anew, or belongs to another part.
Status Node::Parts::add_backups() {
  kernel_part = std::make_unique<backup::KernelPart>(*kernel_store, home + "/kernel",
                                                     home + "/.frozen/kernel");
  home_files = std::make_unique<port::HomeFiles>(
      home, std::vector<std::string>{"kernel", "kv", "sqlite", "vfs", ".lock", ".compiled",
                                     ".frozen", ".rpc.sock"});
  backups = std::make_unique<backup::BackupModule>(
      backup::BackupConfig{home,
                           name,
                           &gate,
                           {{"the process table", kernel_part.get()},
                            {"kv", &kv_databases->freezable()},
                            {"sqlite", &sqlite->freezable()},
                            {"vfs", &vfs->freezable()},
                            {"the files of the home", home_files.get()}},
                           &backup_thread});
  return kernel->add_module(*backups);
}

Status Node::Parts::install_packages(const Config& config, port::PrintSink& print) {
  kernel::Bootstrap bootstrap(*kernel, *kv, print, home + "/vfs");
  for (const auto& path : config.packages) {
    auto packages = read_packages(path);
    if (!packages) return std::unexpected(std::move(packages.error()));
    for (const auto& package : *packages) {
      if (auto ok = bootstrap.install(package); !ok) {
        return fail_in(fmt::format("package {}", package.id.text()), std::move(ok.error()));
      }
    }
  }
  bootstrap.grant();
  return {};
}

Result<std::unique_ptr<Node>> Node::start(const Config& config, port::PrintSink& print,
                                          std::function<void()> on_shutdown) {
  auto parts = std::make_unique<Parts>();
  parts->on_shutdown = std::move(on_shutdown);
  if (auto ok = parts->take_home(config); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = parts->identify(config, print); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = parts->open_stores(config); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = parts->build_kernel(config, print); !ok)
    return std::unexpected(std::move(ok.error()));
  auto listener = listen(*parts->executor, config.port);
  if (!listener) return std::unexpected(std::move(listener.error()));
  parts->listener = std::move(*listener);
  auto local = transport::HttpListener::open_local(*parts->executor, rpc_socket_path(parts->home));
  if (local) {
    parts->local_listener = std::move(*local);
  } else {
    print.print({0, msg::system_process("http-server"), local.error().detail});
  }
  if (auto ok = parts->add_modules(config); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = parts->install_packages(config, print); !ok)
    return std::unexpected(std::move(ok.error()));
  parts->executor->start();
  if (config.fake_node_name.empty()) {
    parts->open_login(config);
  } else {
    parts->open_fake_identity(config);
  }
  parts->kernel->boot();
  parts->listener->start(*parts->http, http_limits());
  if (parts->local_listener) parts->local_listener->start(*parts->http, http_limits());
  return std::unique_ptr<Node>(new Node(std::move(parts)));
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Node::~Node() { stop(); }

const std::string& Node::name() const { return parts_->name; }

const std::string& Node::home() const { return parts_->home; }

bool Node::is_direct() const {
  rt::Lock guard(parts_->mutex);
  return !parts_->identity || parts_->identity->routers.empty();
}

std::string Node::networking_key() const {
  rt::Lock guard(parts_->mutex);
  if (!parts_->identity) return {};
  return parts_->identity->net_key.public_key_text();
}

port::Port& Node::port() { return *parts_->kernel; }

port::EventTap& Node::events() { return parts_->kernel->events(); }

std::uint16_t Node::http_port() const { return parts_->listener->port(); }

std::optional<Error> Node::failure() const {
  rt::Lock guard(parts_->mutex);
  return parts_->failure;
}

void Node::stop() {
  if (parts_->stopped) return;
  parts_->stopped = true;
  parts_->http->stop();
  parts_->listener->stop();
  if (parts_->local_listener) parts_->local_listener->stop();
  parts_->backups->stop();
  parts_->backup_thread.stop();
  parts_->sqlite->stop();
  parts_->kv_databases->stop();
  parts_->state->stop();
  parts_->vfs->stop();
  parts_->fds->stop();
  parts_->timer->stop();
  parts_->kernel->stop_processes();
  parts_->sqlite_threads.stop();
  parts_->executor->stop();
  if (auto ok = parts_->kv->sync(); !ok) fmt::print(stderr, "kinode: {}\n", ok.error().detail);
}

}  // namespace kinode::node
