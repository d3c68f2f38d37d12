using System.Collections.Immutable;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_SRV_ENUMERATE_SNAPSHOTS, [MS-SMB2] 3.3.5.15.1: the snapshots that have a version of the file.</summary>
internal static class EnumerateSnapshots
{
    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        if (open.Tree.Share.Snapshots is not { } source)
            return NtStatus.NotSupported;
        if (call.MaxOutput < SrvSnapshotArray.MinimumLength)
            return NtStatus.InvalidParameter;
        string path = SnapshotToken.TrySplit(open.File.Path, out _, out string inner) ? inner : open.File.Path;
        var patience = new Patience(call.Context);
        var tokens = ImmutableArray.CreateBuilder<string>();
        foreach (DateTimeOffset time in await source.ListAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (patience.IsCancelled())
                return NtStatus.Cancelled;
            if (await HasAsync(source, time, path, open.Tree.Caller).ConfigureAwait(false))
                tokens.Add(SnapshotToken.Of(time));
        }

        var all = SrvSnapshotArray.Of(tokens.ToImmutable());
        return call.Reply(all.Length <= call.MaxOutput ? all : SrvSnapshotArray.CountOnly(all.Snapshots));
    }

    private static async ValueTask<bool> HasAsync(ISnapshotSource source, DateTimeOffset time, string path, StoreCaller caller)
    {
        (NtStatus status, IFileStore? store) = await source.OpenAsync(time, CancellationToken.None).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return false;
        (status, IStoreFile? file) = await store!
            .OpenAsync(path, new StoreOpenOptions(StoreAccess.None), caller, CancellationToken.None).ConfigureAwait(false);
        if (file is not null)
            await file.DisposeAsync().ConfigureAwait(false);
        return status == NtStatus.Success;
    }
}
