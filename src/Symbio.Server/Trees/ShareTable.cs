using System.Diagnostics.CodeAnalysis;
using Symbio.Cluster.Scheduling;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Trees;

/// <summary>ShareList, [MS-SMB2] 3.3.1.5. Readers take a snapshot; the whole set is replaced at once.</summary>
internal sealed class ShareTable(TimeProvider time, WorkScheduler scheduler, Func<IEnumerable<Open>> opens)
{
    private volatile Dictionary<string, Share> _shares = new(StringComparer.OrdinalIgnoreCase)
    {
        [Share.IpcName] = new Share(null, new DirectoryChanges(null, time, opens), scheduler),
    };

    public IReadOnlyCollection<Share> All => _shares.Values;

    public bool TryGet(string name, [NotNullWhen(true)] out Share? share) => _shares.TryGetValue(name, out share);

    /// <summary>Replaces the disk shares. One that keeps its name and store keeps its trees; returns those that are gone.</summary>
    public IReadOnlyList<Share> Replace(IReadOnlyList<ShareOptions> options)
    {
        Dictionary<string, Share> old = _shares;
        var shares = new Dictionary<string, Share>(StringComparer.OrdinalIgnoreCase)
        {
            [Share.IpcName] = old[Share.IpcName],
        };
        foreach (ShareOptions option in options)
        {
            if (old.TryGetValue(option.Name, out Share? share) && !share.IsIpc && ReferenceEquals(share.Store, option.Store))
                share.Options = option;
            else
                share = new Share(option, ChangesOf(option.Store, [.. old.Values, .. shares.Values]), scheduler);
            if (!shares.TryAdd(option.Name, share))
                throw new ArgumentException($"There are two shares named '{option.Name}'.", nameof(options));
        }

        _shares = shares;
        return [.. old.Values.Where(s => !shares.ContainsValue(s))];
    }

    private DirectoryChanges ChangesOf(IFileStore store, IEnumerable<Share> shares) =>
        shares.FirstOrDefault(s => !s.IsIpc && ReferenceEquals(s.Store, store))?.Changes ?? new(store, time, opens);
}
