using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Information.FileSystem;

namespace Symbio.Server.Information;

/// <summary>
/// Every file system information class of [MS-FSCC] 2.5 and what it does over SMB2, [MS-SMB2] 3.3.5.20.2 and 3.3.5.21.2.
/// </summary>
internal static class FileSystemInformationTable
{
    private static readonly InformationRow?[] Rows = CreateRows();

    /// <summary>The row of a class; null for a number that is none.</summary>
    public static InformationRow? Find(FileSystemInformationClass informationClass) =>
        (int)informationClass < Rows.Length ? Rows[(int)informationClass] : null;

    private static InformationRow?[] CreateRows()
    {
        // Documented for local use alone.
        InformationRow local = InformationRow.NotSupported(set: NtStatus.NotSupported);

        // Not documented in [MS-FSCC] 2.5.
        InformationRow unknown = InformationRow.NotSupported(NtStatus.InvalidInfoClass);

        var rows = new InformationRow?[(int)FileSystemInformationClass.Posix + 1];
        void Add(FileSystemInformationClass informationClass, InformationRow row) => rows[(int)informationClass] = row;

        Add(FileSystemInformationClass.None, unknown);
        Add(FileSystemInformationClass.Volume, VolumeInformation.VolumeRow);
        Add(FileSystemInformationClass.Label, local);
        Add(FileSystemInformationClass.Size, SpaceInformation.SizeRow);
        Add(FileSystemInformationClass.Device, DeviceInformation.DeviceRow);
        Add(FileSystemInformationClass.Attribute, VolumeInformation.AttributeRow);

        // There are no quotas to control, and the volume keeps its id.
        Add(FileSystemInformationClass.Control,
            SpaceInformation.ControlRow.RefusingSets(NtStatus.NotSupported, AccessMask.WriteData));
        Add(FileSystemInformationClass.FullSize, SpaceInformation.FullSizeRow);
        Add(FileSystemInformationClass.ObjectId,
            VolumeInformation.ObjectIdRow.RefusingSets(NtStatus.NotSupported, AccessMask.WriteData));
        Add(FileSystemInformationClass.DriverPath, local);
        Add(FileSystemInformationClass.VolumeFlags, unknown);
        Add(FileSystemInformationClass.SectorSize, DeviceInformation.SectorSizeRow);
        Add(FileSystemInformationClass.DataCopy, unknown);
        Add(FileSystemInformationClass.MetadataSize, unknown);
        Add(FileSystemInformationClass.FullSizeEx, unknown);
        Add(FileSystemInformationClass.Posix, SpaceInformation.PosixRow);
        return rows;
    }
}
