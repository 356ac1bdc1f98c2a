using ActorSync.Domain.Mapping;
using Npgsql;

namespace ActorSync.Provisioning;

internal static class MappingStore
{
    public static Task<IReadOnlyList<ObjectMapping>> LoadAsync(NpgsqlDataSource database, CancellationToken stop) => Task.FromResult<IReadOnlyList<ObjectMapping>>([]);
}
