using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>The conditions under which an agent may use a key (RFC 9987 3.2.7).</summary>
/// <param name="Lifetime">How long the key may be kept; null for ever.</param>
/// <param name="MustConfirm">True when a person confirms each use.</param>
/// <param name="Extensions">Constraints by name; an agent that does not know one of them refuses the key.</param>
internal sealed record AgentConstraints(TimeSpan? Lifetime, bool MustConfirm, IReadOnlyList<AgentConstraintExtension> Extensions)
{
    private const byte LifetimeConstraint = 1, ConfirmConstraint = 2, ExtensionConstraint = 255;

    /// <summary>No conditions.</summary>
    public static AgentConstraints None { get; } = new(null, false, []);

    /// <summary>Reads constraints; each kind may come once, and one that is not known is refused rather than lost (CVE-2026-39832).</summary>
    public static AgentConstraints Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new FieldReader(bytes);
        TimeSpan? lifetime = null;
        bool mustConfirm = false;
        var extensions = new List<AgentConstraintExtension>();
        while (reader.Remaining > 0)
        {
            byte kind = 0;
            reader.Byte(ref kind);
            switch (kind)
            {
                case LifetimeConstraint when lifetime is null:
                    uint seconds = 0;
                    reader.UInt32(ref seconds);
                    lifetime = TimeSpan.FromSeconds(seconds);
                    break;
                case ConfirmConstraint when !mustConfirm:
                    mustConfirm = true;
                    break;
                case ExtensionConstraint:
                    extensions.Add(ReadExtension(ref reader, extensions));
                    break;
                default:
                    throw new SshViolationException(Violation.FieldMalformed, $"A key comes with a constraint of kind {kind}, which is unknown or there twice.");
            }
        }

        return new AgentConstraints(lifetime, mustConfirm, extensions);
    }

    /// <summary>The constraints as they go on the wire.</summary>
    public byte[] ToBytes()
    {
        var sizer = default(FieldSizer);
        Walk(ref sizer);
        byte[] bytes = new byte[sizer.Size];
        var writer = new FieldWriter(bytes);
        Walk(ref writer);
        return bytes;
    }

    private static AgentConstraintExtension ReadExtension(ref FieldReader reader, List<AgentConstraintExtension> known)
    {
        ReadOnlySpan<byte> name = default, details = default;
        reader.Text(ref name, AgentConstraintExtension.MaxNameLength);
        reader.String(ref details);
        string text = Printable.Escape(name);
        if (known.Exists(extension => extension.Name == text))
        {
            throw new SshViolationException(Violation.FieldMalformed, $"A key comes twice with the constraint {text}.");
        }

        return new AgentConstraintExtension(text, details.ToArray());
    }

    private void Walk<V>(ref V visit)
        where V : IFieldVisitor, allows ref struct
    {
        if (Lifetime is { } lifetime)
        {
            byte kind = LifetimeConstraint;
            uint seconds = (uint)lifetime.TotalSeconds;
            visit.Byte(ref kind);
            visit.UInt32(ref seconds);
        }

        if (MustConfirm)
        {
            byte kind = ConfirmConstraint;
            visit.Byte(ref kind);
        }

        foreach (AgentConstraintExtension extension in Extensions)
        {
            byte kind = ExtensionConstraint;
            ReadOnlySpan<byte> name = System.Text.Encoding.UTF8.GetBytes(extension.Name), details = extension.Details.Span;
            visit.Byte(ref kind);
            visit.Text(ref name);
            visit.String(ref details);
        }
    }
}

/// <summary>A constraint that an extension defines.</summary>
/// <param name="Name">Such as restrict-destination-v00@openssh.com.</param>
/// <param name="Details">What it says.</param>
internal sealed record AgentConstraintExtension(string Name, ReadOnlyMemory<byte> Details)
{
    /// <summary>Longer names are refused.</summary>
    public const int MaxNameLength = 255;
}
