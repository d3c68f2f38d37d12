using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Apple;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Opens;

/// <summary>
/// Overwriting and superseding an existing file, [MS-FSA] 2.1.5.1.2.2: the data goes, and with the file's own also its
/// named streams and attributes.
/// </summary>
internal static class Overwriting
{
    public static async ValueTask<NtStatus> OverwriteStreamAsync(IStoreFile stream) =>
        stream is AppleStream apple
            ? await apple.OverwriteAsync().ConfigureAwait(false)
            : await stream.SetEndOfFileAsync(0, CancellationToken.None).ConfigureAwait(false);

    /// <param name="file">The unnamed stream.</param>
    /// <param name="attributes">The attributes it is to have.</param>
    /// <param name="extendedAttributes">The extended attributes it is to have besides.</param>
    public static async ValueTask<NtStatus> OverwriteFileAsync(
        IStoreFile file, FileStat stat, FileAttributes attributes, IReadOnlyList<ExtendedAttribute> extendedAttributes,
        ulong allocationSize, FileTime now, StoreCaller caller)
    {
        NtStatus status = await file.SetEndOfFileAsync(0, CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        (status, IReadOnlyList<StoreStream> streams) = await file.GetStreamsAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (StoreStream stream in status.IsError ? [] : streams)
            await DeleteStreamAsync(file, stream.Name, caller).ConfigureAwait(false);
        if (extendedAttributes.Count > 0)
        {
            status = await file.SetExtendedAttributesAsync(extendedAttributes, CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return status;
        }

        var change = new BasicInfoChange(LastWriteTime: now, Attributes: attributes == stat.Attributes ? null : attributes);
        status = await file.SetBasicInfoAsync(change, CancellationToken.None).ConfigureAwait(false);
        if (!status.IsError && allocationSize > 0)
            status = await file.SetAllocationAsync(allocationSize, CancellationToken.None).ConfigureAwait(false);
        return status.IsError ? status : NtStatus.Success;
    }

    private static async ValueTask DeleteStreamAsync(IStoreFile file, string name, StoreCaller caller)
    {
        (NtStatus status, IStoreFile? stream) = await file
            .OpenStreamAsync(name, create: false, StoreAccess.Write, CancellationToken.None).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return;
        await using (stream!.ConfigureAwait(false))
            await stream!.DeleteAsync(caller, CancellationToken.None).ConfigureAwait(false);
    }
}
