using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Notifications;

/// <summary>SET_INFO in a test's words.</summary>
internal static class SetInfoPeer
{
    public static ValueTask<Reply> SetInfoAsync<T>(this ScriptedPeer peer, FileId file, T information)
        where T : struct, IFileInformation<T>
    {
        byte[] bytes = new byte[Math.Max(information.Length, T.MinimumLength)];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        return peer.SendAsync(new SetInfoRequest(InfoType.File, (byte)T.Class, 0, file, bytes));
    }

    public static ValueTask<Reply> DeleteAsync(this ScriptedPeer peer, FileId file) =>
        peer.SetInfoAsync(file, new FileDispositionInformation(true));

    public static ValueTask<Reply> RenameAsync(this ScriptedPeer peer, FileId file, string name, bool replace = false) =>
        peer.SetInfoAsync(file, new FileRenameInformation(replace, 0, name));

    public static ValueTask<Reply> SetBasicAsync(
        this ScriptedPeer peer, FileId file, long creation = 0, long access = 0, long write = 0,
        FileAttributes attributes = FileAttributes.None) =>
        peer.SetInfoAsync(file, new FileBasicInformation(
            new FileTime(creation), new FileTime(access), new FileTime(write), default, attributes));

    public static ValueTask<Reply> SetEaAsync(this ScriptedPeer peer, FileId file)
    {
        FullEaEntry[] entries = [new FullEaEntry(false, "NAME", "value"u8.ToArray())];
        byte[] bytes = new byte[FullEaList.Length(entries)];
        var writer = new WireWriter(bytes);
        FullEaList.Write(ref writer, entries);
        return peer.SendAsync(new SetInfoRequest(InfoType.File, (byte)FileInformationClass.FullEa, 0, file, bytes));
    }

    public static ValueTask<Reply> SetDaclAsync(this ScriptedPeer peer, FileId file)
    {
        byte[] bytes = SecurityDescriptor.Create(
            Sid.BuiltinAdministrators, Sid.BuiltinAdministrators, [Ace.Allow(Sid.Everyone, AccessMask.FileAll)]).ToArray();
        return peer.SendAsync(new SetInfoRequest(InfoType.Security, 0, (uint)SecurityInformation.Dacl, file, bytes));
    }
}
