#include "kinode/spawn.h"

#include "kinode/raw.h"
#include "raw_on_exit.h"

namespace kinode {

std::string_view describe(SpawnError error) {
  return error == SpawnError::kNameTaken ? "name-taken" : "no-file-at-path";
}

std::expected<ProcessId, SpawnError> Spawn::start() const {
  process_v1_string_t name = {};
  if (name_) name = detail::raw_text(name_->view());
  process_v1_string_t path = detail::raw_text(path_.view());
  RawOnExit on_exit(on_exit_);
  detail::RawCapabilities requests(requests_);
  auto request_list = requests.list();
  std::vector<kinode_process_standard_tuple2_process_id_json_t> grants;
  grants.reserve(grants_.size());
  for (const auto& [to, params] : grants_) {
    grants.push_back({detail::raw(to.view()), detail::raw_text(params)});
  }
  kinode_process_standard_list_tuple2_process_id_json_t grant_list = {grants.data(), grants.size()};

  kinode_process_standard_process_id_t child;
  kinode_process_standard_spawn_error_t error;
  const bool started =
      kinode_process_standard_spawn(name_ ? &name : nullptr, &path, on_exit.get(), &request_list,
                                    &grant_list, public_, &child, &error);
  const auto memory = detail::Arena::take();
  if (!started) return std::unexpected(static_cast<SpawnError>(error));
  return ProcessId(ProcessIdView{detail::text(child.process_name), detail::text(child.package_name),
                                 detail::text(child.publisher_node)});
}

}  // namespace kinode
