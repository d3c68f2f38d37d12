using Symbio.Protocol;

namespace Symbio.Storage.Posix;

/// <summary>How the bytes of a stream lie in the value of its xattr.</summary>
internal abstract class StreamForm
{
    /// <summary>As Samba's vfs_streams_xattr has them: the bytes, and one zero byte behind them.</summary>
    public static StreamForm Plain { get; } = new PlainForm();

    /// <summary>Any bytes may be a stream in this form.</summary>
    public abstract bool IsPlain { get; }

    /// <summary>The value of a new stream, of a file that is like this.</summary>
    public abstract byte[] Create(in FileStat file);

    /// <summary>Bytes of the stream in a value of this length.</summary>
    public abstract int LengthOf(int valueLength);

    /// <summary>Makes a value the stream's bytes, in place; returns how many they are.</summary>
    public abstract int Decode(Span<byte> buffer, int length);

    /// <summary>The value that holds these bytes.</summary>
    /// <param name="old">The value as it is now.</param>
    public abstract NtStatus Encode(ReadOnlySpan<byte> content, ReadOnlySpan<byte> old, in FileStat file, out byte[] value);

    private sealed class PlainForm : StreamForm
    {
        public override bool IsPlain => true;

        public override byte[] Create(in FileStat file) => [0];

        public override int LengthOf(int valueLength) => Math.Max(valueLength - 1, 0);

        public override int Decode(Span<byte> buffer, int length) => LengthOf(length);

        public override NtStatus Encode(
            ReadOnlySpan<byte> content, ReadOnlySpan<byte> old, in FileStat file, out byte[] value)
        {
            value = [.. content, 0];
            return NtStatus.Success;
        }
    }
}
