using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

/// <summary>What every message must stand: hex to value to the same hex, cuts and lies at every byte.</summary>
internal static class MessageTest
{
    /// <summary>
    /// Reads a whole message (header first), checks that it is written back as it was, that every shorter message is
    /// refused and that no change of a byte makes the reader or the writer throw. Returns what was read.
    /// </summary>
    /// <param name="slack">Bytes at the end that a reader can do without: the first byte of an empty Buffer.</param>
    /// <param name="isWhole">For messages with a list: whether the list is well-formed.</param>
    public static T RoundTrip<T>(string hex, int slack = 0, Func<T, bool>? isWhole = null)
        where T : struct, IMessage<T>
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.True(TryRead(bytes, out Smb2Header header, out T message), "The message was refused.");
        Assert.True(isWhole?.Invoke(message) ?? true, "The message's list was refused.");

        Assert.Equal(hex, Convert.ToHexString(Write(header, message)), ignoreCase: true);
        Assert.Equal(bytes.Length, Smb2Header.Size + message.Length);
        RefuseTruncated(bytes, slack, isWhole);
        SurviveChanges<T>(bytes);
        return message;
    }

    /// <summary>Checks that what is written is read back, of a value made here. Returns what was read.</summary>
    public static T RoundTrip<T>(T message)
        where T : struct, IMessage<T>
    {
        byte[] bytes = Write(default, message);
        Assert.Equal(bytes.Length, Smb2Header.Size + message.Length);
        Assert.True(TryRead(bytes, out _, out T read), "The message was refused.");
        Assert.Equal(message.ToString(), read.ToString()); // Scalars by value, slices by length.
        Assert.Equal(bytes, Write(default, read));
        SurviveChanges<T>(bytes);
        return read;
    }

    /// <summary>Reads a message that starts with its header.</summary>
    public static bool TryRead<T>(byte[] bytes, out Smb2Header header, out T message)
        where T : struct, IMessage<T>
    {
        var reader = new WireReader(bytes);
        message = default;
        return Smb2Header.TryRead(ref reader, out header) && T.TryRead(ref reader, out message);
    }

    /// <summary>True when the message, changed by <paramref name="change"/>, is accepted.</summary>
    public static bool IsAccepted<T>(string hex, Action<byte[]> change)
        where T : struct, IMessage<T>
    {
        byte[] bytes = Convert.FromHexString(hex);
        change(bytes);
        return TryRead(bytes, out _, out T _);
    }

    /// <summary>Writes a header and a message.</summary>
    public static byte[] Write<T>(Smb2Header header, T message)
        where T : struct, IMessage<T>
    {
        byte[] bytes = new byte[Smb2Header.Size + message.Length + 64];
        Array.Fill(bytes, (byte)0xCC); // What is not written shows.
        var writer = new WireWriter(bytes);
        header.Write(ref writer);
        message.Write(ref writer);
        Assert.True(writer.IsValid);
        return writer.Written.ToArray();
    }

    private static void RefuseTruncated<T>(byte[] bytes, int slack, Func<T, bool>? isWhole)
        where T : struct, IMessage<T>
    {
        for (int length = 0; length < bytes.Length - slack; length++)
        {
            bool accepted = TryRead(bytes[..length], out _, out T message) && (isWhole?.Invoke(message) ?? true);
            Assert.False(accepted, $"Accepted with {length} of {bytes.Length} bytes.");
        }
    }

    private static void SurviveChanges<T>(byte[] bytes)
        where T : struct, IMessage<T>
    {
        for (int position = Smb2Header.Size; position < bytes.Length; position++)
        {
            byte was = bytes[position];
            foreach (byte value in (ReadOnlySpan<byte>)[0x00, 0x01, 0x7F, 0x80, 0xFF, (byte)(was + 1), (byte)(was - 1)])
            {
                bytes[position] = value;
                if (!TryRead(bytes, out Smb2Header header, out T message))
                    continue;

                // What was accepted can be written, and then reads as the same.
                byte[] written = Write(header, message);
                Assert.True(TryRead(written, out _, out T again));
                Assert.Equal(written, Write(header, again));
            }

            bytes[position] = was;
        }
    }
}
