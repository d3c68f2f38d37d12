using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage;

namespace Symbio.Server.Information.FileSystem;

/// <summary>The volume that an open is on.</summary>
internal static class QueriedVolume
{
    /// <summary>Bytes of a sector, as every client expects them; allocation units are what counts.</summary>
    public const uint BytesPerSector = 512;

    public static ValueTask<(NtStatus Status, VolumeInfo Info)> GetAsync(InformationQuery query)
    {
        if (query.Open.Pipe is null)
            return query.Open.Tree.Share.GetVolumeInfoAsync();

        // What Windows says of its named pipe file system.
        return new((NtStatus.Success, new VolumeInfo(
            0, 0, 0, BytesPerSector, 0, Guid.Empty, "NPFS", "NamedPipe", FileTime.None, MaxNameLength: 255)));
    }
}
