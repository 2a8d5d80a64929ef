using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Nacre.Tests.Architecture;

/// <summary>Walks each type of an assembly (bases, constraints, attributes, signatures, locals, instructions) and lists what it names.</summary>
internal sealed class NamingReader(PEReader file, MetadataReader metadata)
{
    private static readonly OpCode[] OneByteCodes = Codes(size: 1);
    private static readonly OpCode[] TwoByteCodes = Codes(size: 2);

    private readonly HashSet<Naming> namings = [];
    private string fromNamespace = "";
    private string fromType = "";

    public HashSet<Naming> Read()
    {
        var signatures = new SignatureTypes(this);
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            (fromNamespace, fromType) = NameOf(metadata, handle);
            TypeDefinition type = metadata.GetTypeDefinition(handle);
            AddEntity(type.BaseType, signatures);
            AddAttributes(type.GetCustomAttributes(), signatures);
            AddConstraints(type.GetGenericParameters(), signatures);
            foreach (InterfaceImplementationHandle each in type.GetInterfaceImplementations())
            {
                AddEntity(metadata.GetInterfaceImplementation(each).Interface, signatures);
            }

            foreach (FieldDefinitionHandle each in type.GetFields())
            {
                FieldDefinition field = metadata.GetFieldDefinition(each);
                field.DecodeSignature(signatures, null);
                AddAttributes(field.GetCustomAttributes(), signatures);
            }

            foreach (MethodDefinitionHandle each in type.GetMethods())
            {
                AddMethod(metadata.GetMethodDefinition(each), signatures);
            }
        }

        return namings;
    }

    /// <summary>The namespace of the outermost type, and the names down to this one.</summary>
    public static (string Namespace, string Type) NameOf(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        string name = metadata.GetString(type.Name);
        if (type.GetDeclaringType().IsNil)
        {
            return (metadata.GetString(type.Namespace), name);
        }

        (string space, string outer) = NameOf(metadata, type.GetDeclaringType());
        return (space, $"{outer}+{name}");
    }

    private void AddMethod(MethodDefinition method, SignatureTypes signatures)
    {
        method.DecodeSignature(signatures, null);
        AddAttributes(method.GetCustomAttributes(), signatures);
        AddConstraints(method.GetGenericParameters(), signatures);
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        MethodBodyBlock body = file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(signatures, null);
        }

        foreach (ExceptionRegion region in body.ExceptionRegions)
        {
            AddEntity(region.CatchType, signatures);
        }

        AddInstructions(body.GetILReader(), signatures);
    }

    private void AddInstructions(BlobReader il, SignatureTypes signatures)
    {
        while (il.RemainingBytes > 0)
        {
            byte first = il.ReadByte();
            OpCode code = first == 0xFE ? TwoByteCodes[il.ReadByte()] : OneByteCodes[first];
            if (code == OpCodes.Prefix1)
            {
                throw new InvalidOperationException($"{fromNamespace}.{fromType} has an instruction that this reader does not know, at {il.Offset}");
            }

            switch (code.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineSig:
                    AddEntity(MetadataTokens.EntityHandle(il.ReadInt32()), signatures);
                    break;
                case OperandType.InlineSwitch:
                    int targets = il.ReadInt32();
                    il.Offset += 4 * targets;
                    break;
                default:
                    il.Offset += OperandLength(code.OperandType);
                    break;
            }
        }
    }

    private static int OperandLength(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineBrTarget or OperandType.InlineI or OperandType.InlineString or OperandType.ShortInlineR => 4,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => throw new InvalidOperationException($"no known length for an operand of type {operand}"),
    };

    private void AddEntity(EntityHandle handle, SignatureTypes signatures)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeReference or HandleKind.TypeDefinition:
                AddMember(handle, null, -1, signatures);
                break;
            case HandleKind.TypeSpecification:
                metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(signatures, null);
                break;
            case HandleKind.FieldDefinition:
                FieldDefinition field = metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                AddMember(field.GetDeclaringType(), metadata.GetString(field.Name), -1, signatures);
                break;
            case HandleKind.MethodDefinition:
                MethodDefinition method = metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                int count = method.DecodeSignature(signatures, null).ParameterTypes.Length;
                AddMember(method.GetDeclaringType(), metadata.GetString(method.Name), count, signatures);
                break;
            case HandleKind.MemberReference:
                AddMemberReference(metadata.GetMemberReference((MemberReferenceHandle)handle), signatures);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification specification = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                specification.DecodeSignature(signatures, null);
                AddEntity(specification.Method, signatures);
                break;
            case HandleKind.StandaloneSignature:
                metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle).DecodeMethodSignature(signatures, null);
                break;
            default:
                throw new InvalidOperationException($"an instruction names a {handle.Kind}, which this reader does not know");
        }
    }

    private void AddMemberReference(MemberReference member, SignatureTypes signatures)
    {
        int count = -1;
        if (member.GetKind() == MemberReferenceKind.Method)
        {
            count = member.DecodeMethodSignature(signatures, null).ParameterTypes.Length;
        }
        else
        {
            member.DecodeFieldSignature(signatures, null);
        }

        AddMember(member.Parent, metadata.GetString(member.Name), count, signatures);
    }

    /// <summary>Adds a member of <paramref name="parent"/>; of a constructed generic type, the member of its definition.</summary>
    private void AddMember(EntityHandle parent, string? member, int parameters, SignatureTypes signatures)
    {
        switch (parent.Kind)
        {
            case HandleKind.TypeDefinition:
                (string space, string type) = NameOf(metadata, (TypeDefinitionHandle)parent);
                namings.Add(new Naming(fromNamespace, fromType, "", space, type, member, parameters));
                break;
            case HandleKind.TypeReference:
                (string assembly, space, type) = NameOf((TypeReferenceHandle)parent);
                namings.Add(new Naming(fromNamespace, fromType, assembly, space, type, member, parameters));
                break;
            case HandleKind.TypeSpecification:
                TypeSpecification specification = metadata.GetTypeSpecification((TypeSpecificationHandle)parent);
                EntityHandle definition = specification.DecodeSignature(signatures, null);
                if (!definition.IsNil)
                {
                    AddMember(definition, member, parameters, signatures);
                }

                break;
            default:
                throw new InvalidOperationException($"a member of a {parent.Kind} is named, which this reader does not know");
        }
    }

    private (string Assembly, string Namespace, string Type) NameOf(TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        string name = metadata.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            (string assembly, string space, string outer) = NameOf((TypeReferenceHandle)type.ResolutionScope);
            return (assembly, space, $"{outer}+{name}");
        }

        string scope = type.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name)
            : "";
        return (scope, metadata.GetString(type.Namespace), name);
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes, SignatureTypes signatures)
    {
        foreach (CustomAttributeHandle each in attributes)
        {
            AddEntity(metadata.GetCustomAttribute(each).Constructor, signatures);
        }
    }

    private void AddConstraints(GenericParameterHandleCollection parameters, SignatureTypes signatures)
    {
        foreach (GenericParameterHandle parameter in parameters)
        {
            foreach (GenericParameterConstraintHandle constraint in metadata.GetGenericParameter(parameter).GetConstraints())
            {
                AddEntity(metadata.GetGenericParameterConstraint(constraint).Type, signatures);
            }
        }
    }

    private static OpCode[] Codes(int size)
    {
        var codes = new OpCode[256];
        Array.Fill(codes, OpCodes.Prefix1); // No compiler emits it, so it stands for what is not assigned.
        foreach (System.Reflection.FieldInfo field in typeof(OpCodes).GetFields())
        {
            if (field.GetValue(null) is OpCode code && code.Size == size)
            {
                codes[code.Value & 0xFF] = code;
            }
        }

        return codes;
    }

    /// <summary>Decodes signatures: each type met is a naming; the value is the definition of the outermost constructed type.</summary>
    private sealed class SignatureTypes(NamingReader reader) : ISignatureTypeProvider<EntityHandle, object?>
    {
        public EntityHandle GetTypeFromDefinition(MetadataReader _, TypeDefinitionHandle handle, byte rawTypeKind) => Named(handle);

        public EntityHandle GetTypeFromReference(MetadataReader _, TypeReferenceHandle handle, byte rawTypeKind) => Named(handle);

        public EntityHandle GetTypeFromSpecification(MetadataReader metadata, object? _, TypeSpecificationHandle handle, byte rawTypeKind) =>
            metadata.GetTypeSpecification(handle).DecodeSignature(this, null);

        public EntityHandle GetGenericInstantiation(EntityHandle genericType, System.Collections.Immutable.ImmutableArray<EntityHandle> typeArguments) =>
            genericType;

        public EntityHandle GetModifiedType(EntityHandle modifier, EntityHandle unmodifiedType, bool isRequired) => unmodifiedType;

        public EntityHandle GetPinnedType(EntityHandle elementType) => elementType;

        public EntityHandle GetByReferenceType(EntityHandle elementType) => elementType;

        public EntityHandle GetPointerType(EntityHandle elementType) => default;

        public EntityHandle GetSZArrayType(EntityHandle elementType) => default;

        public EntityHandle GetArrayType(EntityHandle elementType, ArrayShape shape) => default;

        public EntityHandle GetFunctionPointerType(MethodSignature<EntityHandle> signature) => default;

        public EntityHandle GetGenericMethodParameter(object? _, int index) => default;

        public EntityHandle GetGenericTypeParameter(object? _, int index) => default;

        public EntityHandle GetPrimitiveType(PrimitiveTypeCode typeCode) => default;

        private EntityHandle Named(EntityHandle handle)
        {
            reader.AddMember(handle, null, -1, this);
            return handle;
        }
    }
}
